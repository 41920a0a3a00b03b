// A vocabulary made smaller from its rare end: a token that no other new token is built on can go, and its occurrences
// return to the pieces it was the merge of.
import { Exposures, type TracedToken } from './exposures';
import { numberedFrom } from './numbering';

/**
 * The tokens that are left once every one of them occurs at least `floor` times in the training text, or once only
 * `atLeast` are left; ids without gaps from the first one's, in the same order.
 */
export function pruneLeaves<Token extends TracedToken>(tokens: readonly Token[], floor: number, atLeast = 0): Token[] {
  const indexOf = new Map(tokens.map(({ id }, index) => [id, index]));
  const occurrences = new Exposures(tokens).of(tokens.length).slice();
  const users = new Uint32Array(tokens.length);
  const halves = (token: TracedToken): number[] =>
    token.kind === 'merge'
      ? [token.left, token.right].map((id) => indexOf.get(id) ?? -1).filter((index) => index >= 0)
      : [];
  for (const token of tokens) for (const half of halves(token)) users[half]!++;
  const gone = new Uint8Array(tokens.length);
  let left = tokens.length;
  while (left > atLeast) {
    let rarest = -1;
    for (let index = 0; index < tokens.length; index++) {
      if (gone[index] === 1 || users[index]! > 0) continue;
      // Of equals the later one, which was learned for less.
      if (rarest < 0 || occurrences[index]! <= occurrences[rarest]!) rarest = index;
    }
    if (rarest < 0 || occurrences[rarest]! >= floor) break;
    gone[rarest] = 1;
    left--;
    for (const half of halves(tokens[rarest]!)) {
      users[half]!--;
      occurrences[half]! += tokens[rarest]!.occurrencesAtMerge;
    }
  }
  return numberedFrom(
    tokens.filter((_, index) => gone[index] === 0),
    tokens[0]?.id ?? 0,
  );
}

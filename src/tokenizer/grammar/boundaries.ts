// How well a tokenizer's cuts go with the symbols of a notation.
import { spelledTokensOf } from '../encoding';
import type { Tokenizer } from '../Tokenizer';
import { atomsOf, type Grammar } from './grammar';

export interface BoundaryCounts {
  /** Lost text counts as a token a byte. */
  readonly tokens: number;
  /** Tokens that begin or end inside of an atom. */
  readonly violations: number;
  /** Tokens of the text if every atom were one and the text between atoms stayed as it is cut. */
  readonly atomicTokens: number;
}

export function countBoundaries(tokenizer: Tokenizer, grammar: Grammar, documents: readonly string[]): BoundaryCounts {
  let [tokens, violations, atomicTokens] = [0, 0, 0];
  for (const text of documents) {
    const inside = new Uint8Array(text.length + 1);
    const covered = new Uint8Array(text.length);
    const atoms = atomsOf(grammar, text);
    for (const { start, end } of atoms) {
      inside.fill(1, start + 1, end);
      covered.fill(1, start, end);
    }
    const encoding = tokenizer.encode(text);
    const { ids, starts, ends } = encoding;
    tokens += spelledTokensOf(text, encoding);
    atomicTokens += atoms.length;
    for (let at = 0; at < ids.length; at++) {
      const [start, end] = [starts[at]!, ends[at]!];
      if (inside[start] === 1 || inside[end] === 1) violations++;
      // A token that reaches from an atom into the text beside it leaves a piece there: the space before a move.
      for (let unit = start; unit < end; unit++) {
        if (covered[unit] === 0 && (unit === start || covered[unit - 1] === 1)) atomicTokens++;
      }
    }
  }
  return { tokens, violations, atomicTokens };
}

/**
 * Characters that are cut over several tokens, as characters: of 何, whose three bytes are a token each, 何₁ 何₂ 何₃. Which character
 * it is only its neighbours tell; bytes that no neighbour makes whole stay bytes.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const subscript = (digit: number): string => String.fromCodePoint(0x2080 + digit);

/**
 * @param tokens bytes of neighbours. @param textOf what else stands for the token at a place.
 * @returns a text a token; the same as `textOf` where a token holds whole characters alone, or bytes that are no text.
 */
export function withSplitCharacters(tokens: readonly Uint8Array[], textOf: (at: number) => string): string[] {
  const bytes = Uint8Array.from(tokens.flatMap((token) => [...token]));
  const characters = charactersOf(bytes);
  let start = 0;
  let next = 0;
  return tokens.map((token, at) => {
    const end = start + token.length;
    while (next < characters.length && characters[next]!.end <= start) next++;
    let last = next;
    while (last < characters.length && characters[last]!.start < end) last++;
    const here = characters.slice(next, last);
    const covered = here.reduce((sum, each) => sum + Math.min(end, each.end) - Math.max(start, each.start), 0);
    const isSplit = here.some((each) => each.start < start || each.end > end);
    const from = start;
    start = end;
    if (!isSplit || covered < token.length) return textOf(at);
    return here
      .map(({ text, start: first, end: behind }) => {
        if (first >= from && behind <= end) return text;
        const parts = Array.from({ length: behind - first }, (_, n) => n).filter(
          (n) => first + n >= from && first + n < end,
        );
        return text + parts.map((n) => subscript(n + 1)).join('');
      })
      .join('');
  });
}

/** Those of several bytes and of one; what is no UTF-8 is passed over. */
function charactersOf(bytes: Uint8Array): { readonly text: string; readonly start: number; readonly end: number }[] {
  const found: { text: string; start: number; end: number }[] = [];
  for (let start = 0; start < bytes.length;) {
    const first = bytes[start]!;
    const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    const end = start + length;
    try {
      if (length === 0 || end > bytes.length) throw new TypeError('no character begins here');
      found.push({ text: strict.decode(bytes.slice(start, end)), start, end });
      start = end;
    } catch {
      start++;
    }
  }
  return found;
}

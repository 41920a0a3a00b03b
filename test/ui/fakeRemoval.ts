/** Old tokens that go in the fake lab: invented counts, the more of them used the higher the threshold. */
import type { RemovalChoice, RemovalSummary, VocabularySummary } from '../../src/lab/index';

export function removalOf({ leastCount }: RemovalChoice, { newTokens }: VocabularySummary): RemovalSummary {
  const price = {
    bytes: 20_000,
    finerBytes: 40 * (leastCount - 1),
    tokensBefore: 8000,
    tokensAfter: 8000 + 12 * (leastCount - 1),
  };
  const texts = [' honor', 'ounced', ' nest', ' Mrs'];
  const tokens = texts.map((text, id) => ({ id: 3800 + id, text, times: leastCount > 1 ? 4 - id : 0 }));
  return {
    ...{ kind: 'replace', removed: newTokens.length, free: newTokens.length + 400, leastCount },
    ...{ heldOut: price, general: price, tokens },
  };
}

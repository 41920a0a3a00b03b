/** Molecules cut into made-up tokens, for the fake lab: candidates, what is chosen of them, and a vocabulary. */
import type {
  Candidate,
  CandidateCounts,
  NewToken,
  Piece,
  VocabularyChoice,
  VocabularySummary,
} from '../../src/worker/index';

export const MOLECULES = [
  'CC(=O)Oc1ccccc1C(=O)O',
  'CN1C=NC2=C1C(=O)N(C(=O)N2C)C',
  'CC(C)Cc1ccc(cc1)C(C)C(=O)O',
  'COc1ccc2cc(ccc2c1)C(C)C(=O)O',
  'C1=CC=C(C=C1)C(=O)NCCN2CCOCC2',
];
export const PARTS = [
  'c1ccccc1',
  'C(=O)O',
  'C(=O)N',
  'ccccc',
  'c1ccc(',
  'CC(C)',
  'OCC',
  'CCN',
  'C(F)(F)F',
  '[C@@H]',
  '[C@H]',
  'COc1ccc',
  '=C(',
  'Nc1',
  'Cl',
];

function random(seed: number): () => number {
  let state = seed;
  return () => ((state = (state * 1664525 + 1013904223) >>> 0), state / 2 ** 32);
}

export function cut(text: string, tokens: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length;) {
    const found = tokens.find((token) => text.startsWith(token, at));
    const piece = found ?? /^( ?[A-Za-z]{1,4}|.)/su.exec(text.slice(at))![0];
    pieces.push({
      id: found ? 4096 + tokens.indexOf(found) : piece.charCodeAt(0),
      text: piece,
      start: at,
      end: at + piece.length,
      isNew: Boolean(found),
    });
    at += piece.length;
  }
  return pieces;
}

export function newTokens(count: number): NewToken[] {
  const next = random(3);
  return Array.from({ length: count }, (_, at) => {
    const text =
      at < PARTS.length
        ? PARTS[at]!
        : PARTS[at % PARTS.length]! + 'CNOcn()=123'[Math.floor(next() * 11)]! + (at > 200 ? at : '');
    const occurrences = Math.round(26_000 / (1 + at / 6) ** 0.9);
    const old = cut(text, []);
    return {
      id: 4096 + at,
      text,
      pieces: old.map((piece) => ({ id: piece.id, text: piece.text })),
      occurrences,
      documents: Math.round(occurrences * 0.6),
      tokensSaved: occurrences * Math.max(1, old.length - 1),
    };
  });
}

export const candidates: Candidate[] = newTokens(2048).map(({ text, pieces, documents, occurrences }, at) => ({
  piece: text,
  text,
  pieces,
  documents,
  occurrences,
  flags: at % 17 === 5 ? ['inside-another'] : at % 41 === 9 ? ['few-documents'] : [],
}));

export function counted({ newTokens: size, rejected, added }: VocabularyChoice): CandidateCounts {
  const accepted = candidates.flatMap(({ piece }, at) => (rejected.includes(piece) ? [] : [at])).slice(0, size);
  const exposures = new Float64Array(candidates.length);
  for (const at of accepted) exposures[at] = Math.round(candidates[at]!.occurrences * 0.8);
  const tokens = accepted.length + added.length;
  return {
    accepted: Uint32Array.from(accepted),
    exposures,
    byHand: added.map((text) => ({ text, occurrences: 210 })),
    newTokens: tokens,
    exposureP10: Math.round(90_000 / (tokens + 1)),
    heldOut: {
      bytes: 148_213,
      tokensBefore: 98_112,
      tokensAfter: Math.round(98_112 / (1 + Math.log2(tokens + 1) / 10)),
    },
  };
}

export const vocabulary = (size: number): VocabularySummary => ({
  newTokens: newTokens(size),
  dead: 0,
  firstNewId: 4096,
  spareRowsUsed: 0,
  embeddingRowsBefore: 4096,
  embeddingRowsAfter: 4096 + size,
  heldOut: { bytes: 148_213, tokensBefore: 98_112, tokensAfter: 51_230, lostBefore: 0, lostAfter: 0 },
  general: { bytes: 210_442, tokensBefore: 53_004, tokensAfter: 52_001, lostBefore: 0, lostAfter: 0 },
  links: 0,
  shortfall: null,
  llamaCppHash: { before: 'a1b2', after: 'c3d4' },
  hasTokenizerModel: false,
  milliseconds: 310,
});

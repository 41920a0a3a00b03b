// `model` of tokenizer.json, checked piece by piece: BPE, and for measuring Unigram and WordPiece.
import { bytesToByteLevel } from '../byteLevelAlphabet';
import { asArray, asBoolean, asIndex, asObject, asString, invalid, unsupported } from '../json';
import { Bpe } from './Bpe';
import type { Merge, Model } from './model';
import { ByteSymbols, CharacterSymbols } from './symbols';
import { createUnigram } from './Unigram';
import { createWordPiece } from './WordPiece';

export function createModel(json: unknown, byteLevel: boolean, field = 'model'): Model {
  const model = asObject(json, field);
  // Files older than 2021 leave the type out where it is BPE.
  const type = model.type === undefined ? 'BPE' : asString(model.type, `${field}.type`);
  if (type === 'Unigram') return createUnigram(model, field);
  if (type === 'WordPiece') return createWordPiece(model, readVocabulary(model.vocab, `${field}.vocab`), field);
  if (type !== 'BPE') throw unsupported(`${field}.type`, `is ${type}`);
  for (const affix of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if ((model[affix] ?? '') !== '') throw unsupported(`${field}.${affix}`, `is ${JSON.stringify(model[affix])}`);
  }
  if ((model.dropout ?? 0) !== 0) throw unsupported(`${field}.dropout`, 'is set: ids would be random');

  const vocabulary = readVocabulary(model.vocab, `${field}.vocab`);
  const merges = readMerges(model.merges, vocabulary, `${field}.merges`);
  const ignoreMerges = asBoolean(model.ignore_merges, `${field}.ignore_merges`, false);
  const unknown = model.unk_token ?? null;
  const unknownId = unknown === null ? null : vocabulary.get(asString(unknown, `${field}.unk_token`));
  const fuseUnknown = asBoolean(model.fuse_unk, `${field}.fuse_unk`, false);
  if (byteLevel) {
    const encoder = new TextEncoder();
    const spelling = (piece: string): string => bytesToByteLevel(encoder.encode(piece));
    return new Bpe(
      vocabulary,
      merges,
      new ByteSymbols(vocabulary, unknownId ?? null, fuseUnknown),
      ignoreMerges ? spelling : null,
    );
  }
  if (unknownId === undefined)
    throw invalid(`${field}.unk_token`, `is ${JSON.stringify(unknown)}, which \`vocab\` lacks`);
  const symbols = new CharacterSymbols(
    vocabulary,
    asBoolean(model.byte_fallback, `${field}.byte_fallback`, false),
    unknownId,
    fuseUnknown,
  );
  return new Bpe(vocabulary, merges, symbols, ignoreMerges ? (piece) => piece : null);
}

function readVocabulary(json: unknown, field: string): Map<string, number> {
  const vocabulary = new Map<string, number>();
  const pieceOf = new Map<number, string>();
  for (const [piece, id] of Object.entries(asObject(json, field))) {
    const index = asIndex(id, `${field}[${JSON.stringify(piece)}]`);
    const other = pieceOf.get(index);
    if (other !== undefined) {
      throw invalid(field, `gives id ${index} to both ${JSON.stringify(other)} and ${JSON.stringify(piece)}`);
    }
    pieceOf.set(index, piece);
    vocabulary.set(piece, index);
  }
  if (vocabulary.size === 0) throw invalid(field, 'is empty');
  return vocabulary;
}

function readMerges(json: unknown, vocabulary: ReadonlyMap<string, number>, field: string): Merge[] {
  const idOf = (piece: string, rank: number): number => {
    const id = vocabulary.get(piece);
    if (id === undefined)
      throw invalid(`${field}[${rank}]`, `names the piece ${JSON.stringify(piece)}, which \`vocab\` lacks`);
    return id;
  };
  return asArray(json, field).map((merge, rank): Merge => {
    const [left, right] = readMerge(merge, `${field}[${rank}]`);
    return [idOf(left, rank), idOf(right, rank), idOf(left + right, rank)];
  });
}

/** Both formats: `"a b"`, and `["a", "b"]` since tokenizers 0.20 for pieces that hold a space. */
export function readMerge(merge: unknown, field: string): [string, string] {
  if (typeof merge === 'string') {
    const parts = merge.split(' ');
    if (parts.length === 2) return [parts[0]!, parts[1]!];
  } else if (Array.isArray(merge) && merge.length === 2) {
    const [left, right] = merge as unknown[];
    if (typeof left === 'string' && typeof right === 'string') return [left, right];
  }
  throw invalid(field, `is ${String(JSON.stringify(merge)).slice(0, 60)}, not a pair of pieces`);
}

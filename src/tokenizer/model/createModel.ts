// `model` of tokenizer.json, checked piece by piece: BPE, and for measuring Unigram and WordPiece.
import { bytesToByteLevel } from '../byteLevelAlphabet';
import { asArray, asBoolean, asIndex, asObject, asString, invalid, isIndex, unsupported } from '../json';
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
  const ids = asObject(json, field);
  // Half a million entries are read: fields are spelled where they are refused.
  for (const piece of Object.keys(ids)) {
    const id = ids[piece];
    vocabulary.set(piece, isIndex(id) ? id : asIndex(id, `${field}[${JSON.stringify(piece)}]`));
  }
  if (vocabulary.size === 0) throw invalid(field, 'is empty');
  requireDistinct(vocabulary, field);
  return vocabulary;
}

function requireDistinct(vocabulary: ReadonlyMap<string, number>, field: string): void {
  // Nearly all vocabularies number on from 0: a byte an id says which were seen. Ids past that are few, and kept apart.
  const seen = new Uint8Array(vocabulary.size);
  const beyond = new Set<number>();
  for (const [piece, id] of vocabulary) {
    const isTwice = id < seen.length ? seen[id] === 1 : beyond.has(id);
    if (isTwice) {
      const [other] = [...vocabulary].find(([, same]) => same === id)!;
      throw invalid(field, `gives id ${id} to both ${JSON.stringify(other)} and ${JSON.stringify(piece)}`);
    }
    if (id < seen.length) seen[id] = 1;
    else beyond.add(id);
  }
}

function readMerges(json: unknown, vocabulary: ReadonlyMap<string, number>, field: string): Merge[] {
  return asArray(json, field).map((merge, rank): Merge => {
    const [left, right] = mergePair(merge) ?? readMerge(merge, `${field}[${rank}]`);
    const ids = [vocabulary.get(left), vocabulary.get(right), vocabulary.get(left + right)] as const;
    const [leftId, rightId, result] = ids;
    if (leftId !== undefined && rightId !== undefined && result !== undefined) return [leftId, rightId, result];
    const lacking = [left, right, left + right][ids.indexOf(undefined)];
    throw invalid(`${field}[${rank}]`, `names the piece ${JSON.stringify(lacking)}, which \`vocab\` lacks`);
  });
}

/** Both formats: `"a b"`, and `["a", "b"]` since tokenizers 0.20 for pieces that hold a space. */
export function readMerge(merge: unknown, field: string): readonly [string, string] {
  const pair = mergePair(merge);
  if (pair !== null) return pair;
  throw invalid(field, `is ${String(JSON.stringify(merge)).slice(0, 60)}, not a pair of pieces`);
}

function mergePair(merge: unknown): readonly [string, string] | null {
  if (typeof merge === 'string') {
    const space = merge.indexOf(' ');
    const isPair = space >= 0 && merge.indexOf(' ', space + 1) < 0;
    return isPair ? [merge.slice(0, space), merge.slice(space + 1)] : null;
  }
  if (!Array.isArray(merge) || merge.length !== 2) return null;
  const [left, right] = merge as unknown[];
  return typeof left === 'string' && typeof right === 'string' ? (merge as [string, string]) : null;
}

// SentencePiece's unigram model (T5, XLM-RoBERTa, XGLM): the cut of a text whose pieces have the highest sum of scores. As
// the Rust library has it: a character without a piece costs ten more than the worst piece, and a run of them is one unknown.
import { asArray, asBoolean, asIndex, asObject, asString, invalid, unsupported } from '../json';
import type { LostSpan, Model, Segmentation } from './model';
import { SegmentationCache } from './SegmentationCache';
import { byteFallbackPiece } from './symbols';

const UNKNOWN_PENALTY = 10;

interface Cut {
  from: number;
  score: number;
  isUnknown: boolean;
}

export class Unigram implements Model {
  readonly vocabulary = new Map<string, number>();
  private readonly scores: Float64Array;
  private readonly unknownScore: number;
  private readonly longest: number;
  private readonly cache = new SegmentationCache();

  constructor(
    pieces: readonly (readonly [piece: string, score: number])[],
    private readonly unknownId: number,
    private readonly byteFallback: boolean,
  ) {
    this.scores = Float64Array.from(pieces, ([, score]) => score);
    pieces.forEach(([piece], id) => this.vocabulary.set(piece, id));
    this.unknownScore = this.scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY;
    this.longest = pieces.reduce((most, [piece]) => Math.max(most, piece.length), 1);
  }

  segment(text: string): Segmentation {
    const known = this.cache.get(text);
    if (known !== undefined) return known;
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    const lost: LostSpan[] = [];
    for (const [from, to] of this.spans(text)) {
      const written = this.idsOf(text.slice(from, to));
      if (written === null) lost.push({ start: from, end: to, tokens: 1 });
      for (const id of written ?? [this.unknownId]) {
        ids.push(id);
        starts.push(from);
        ends.push(to);
      }
    }
    const found = lost.length === 0 ? { ids, starts, ends } : { ids, starts, ends, lost };
    this.cache.put(text, found);
    return found;
  }

  /** Null where no piece and no bytes stand for the part. */
  private idsOf(part: string): readonly number[] | null {
    const id = this.vocabulary.get(part);
    if (id !== undefined) return [id];
    if (this.byteFallback) {
      const bytes = Array.from(new TextEncoder().encode(part), (byte) => this.vocabulary.get(byteFallbackPiece(byte)));
      if (bytes.every((byte) => byte !== undefined)) return bytes;
    }
    return null;
  }

  /** Viterbi: the best cut that ends at each position, then back from the end. */
  private spans(text: string): [from: number, to: number][] {
    const best: (Cut | undefined)[] = new Array<Cut | undefined>(text.length + 1);
    best[0] = { from: 0, score: 0, isUnknown: false };
    const offer = (end: number, from: number, score: number, isUnknown: boolean): void => {
      const present = best[end];
      if (present === undefined || score > present.score) best[end] = { from, score, isUnknown };
    };
    for (let from = 0; from < text.length;) {
      const before = best[from]!.score;
      const character = text.codePointAt(from)! > 0xffff ? 2 : 1;
      const last = Math.min(text.length, from + this.longest);
      for (let to = from + character; to <= last; to += text.codePointAt(to)! > 0xffff ? 2 : 1) {
        const id = this.vocabulary.get(text.slice(from, to));
        if (id !== undefined) offer(to, from, before + this.scores[id]!, id === this.unknownId);
      }
      if (!this.vocabulary.has(text.slice(from, from + character))) {
        offer(from + character, from, before + this.unknownScore, true);
      }
      from += character;
    }
    const spans: [number, number][] = [];
    let fused = false;
    for (let to = text.length; to > 0;) {
      const { from, isUnknown } = best[to]!;
      if (isUnknown && fused) spans.at(-1)![0] = from;
      else spans.push([from, to]);
      fused = isUnknown;
      to = from;
    }
    return spans.reverse();
  }
}

export function createUnigram(json: unknown, field: string): Unigram {
  const model = asObject(json, field);
  const pieces = asArray(model.vocab, `${field}.vocab`).map((entry, index): [string, number] => {
    const at = `${field}.vocab[${index}]`;
    const [piece, score] = asArray(entry, at);
    if (typeof score !== 'number') throw invalid(at, 'has no score');
    return [asString(piece, at), score];
  });
  const known = new Map(pieces.map(([piece], id) => [piece, id]));
  if (pieces.length === 0) throw invalid(`${field}.vocab`, 'is empty');
  const repeated = pieces.find(([piece], id) => id !== known.get(piece));
  if (repeated) throw invalid(`${field}.vocab`, `has ${JSON.stringify(repeated[0])} twice`);
  if (model.unk_id === null || model.unk_id === undefined) throw unsupported(`${field}.unk_id`, 'is missing');
  const unknownId = asIndex(model.unk_id, `${field}.unk_id`);
  if (unknownId >= pieces.length) throw invalid(`${field}.unk_id`, `is ${unknownId}, which no piece has`);
  return new Unigram(pieces, unknownId, asBoolean(model.byte_fallback, `${field}.byte_fallback`, false));
}

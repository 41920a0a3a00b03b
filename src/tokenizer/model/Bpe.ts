// Byte-pair encoding over ids.
import { MergeTable } from './MergeTable';
import { mergeSymbols } from './mergeSymbols';
import type { LostSpan, Merge, Model, NewPiece, Segmentation } from './model';
import { SegmentationCache } from './SegmentationCache';
import { type SymbolSource, SymbolWork } from './symbols';

export class Bpe implements Model {
  private readonly cache = new SegmentationCache();
  private readonly table: MergeTable;
  private readonly work = new SymbolWork();

  /** @param spelling how the vocabulary spells a piece that may win whole over merging (`ignore_merges`), or null. */
  constructor(
    readonly vocabulary: ReadonlyMap<string, number>,
    readonly merges: readonly Merge[],
    readonly symbols: SymbolSource,
    private readonly spelling: ((piece: string) => string) | null,
  ) {
    this.table = new MergeTable(merges);
  }

  segment(piece: string): Segmentation {
    const known = this.cache.get(piece);
    if (known !== undefined) return known;
    const found = this.merged(piece);
    this.cache.put(piece, found);
    return found;
  }

  /** Merges ids that stand for no whole text, such as the bytes of half a character. */
  mergeIds(ids: readonly number[]): number[] {
    const work = Int32Array.from(ids);
    const count = mergeSymbols(this.table, work, new Int32Array(ids.length), ids.length);
    return Array.from(work.subarray(0, count));
  }

  /** The model with more pieces: their merges come after all merges it has. */
  extended(pieces: readonly NewPiece[]): Bpe {
    const vocabulary = new Map(this.vocabulary);
    for (const { piece, id } of pieces) vocabulary.set(piece, id);
    const merges = this.merges.slice();
    for (const piece of pieces) if (piece.kind === 'merge') merges.push([piece.left, piece.right, piece.id]);
    return new Bpe(vocabulary, merges, this.symbols.over(vocabulary), this.spelling);
  }

  withoutMerges(): Bpe {
    return new Bpe(this.vocabulary, [], this.symbols, null);
  }

  /** The ids alone of a piece that comes once and is not to be remembered; `ids` is a view that the next call changes. */
  idsOnce(piece: string): { readonly ids: Int32Array; readonly lost: readonly LostSpan[] | null } {
    const whole = this.wholeId(piece);
    if (whole !== undefined) return { ids: Int32Array.of(whole), lost: null };
    const { work } = this;
    // Filling may replace the buffers.
    const initial = this.symbols.fill(piece, work);
    const count = mergeSymbols(this.table, work.ids, work.ends, initial);
    return { ids: work.ids.subarray(0, count), lost: work.lost };
  }

  private wholeId(piece: string): number | undefined {
    return this.spelling === null ? undefined : this.vocabulary.get(this.spelling(piece));
  }

  private merged(piece: string): Segmentation {
    const whole = this.wholeId(piece);
    if (whole !== undefined) return { ids: [whole], starts: [0], ends: [piece.length] };
    const { work } = this;
    const initial = this.symbols.fill(piece, work);
    const { lost } = work;
    const count = mergeSymbols(this.table, work.ids, work.ends, initial);
    const ids = new Array<number>(count);
    const starts = new Array<number>(count);
    const ends = new Array<number>(count);
    for (let at = 0, first = 0; at < count; at++) {
      ids[at] = work.ids[at]!;
      starts[at] = work.unitStart[first]!;
      first = work.ends[at]!;
      ends[at] = work.unitEnd[first - 1]!;
    }
    return lost === null ? { ids, starts, ends } : { ids, starts, ends, lost };
  }
}

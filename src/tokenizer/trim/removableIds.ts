// Which tokens may go: those that no other token's merges need. A token goes after everything that is built on it, so that a text
// without the tokens that went is cut as before: what they would have been merged from never comes up in it.
import { LabError } from '../../error';
import type { Tokenizer } from '../Tokenizer';
import { keptIds } from './keptIds';

export interface RemovalOptions {
  /** Tokens in the text that the choice is made by, by id. */
  readonly occurrences: Float64Array;
  /** A token that stands there so often is kept. Default 1: what is not used at all may go. */
  readonly leastCount?: number;
  /** At most so many, besides those of `pieces`. Default: all that may go. */
  readonly most?: number;
  /** To go first, however often they stand there; as tokenizer.json spells them. */
  readonly pieces?: readonly string[];
  /** Kept besides those of `keptIds`: what config.json names, for one. */
  readonly kept?: Iterable<number>;
}

/**
 * Ids in the order in which they may go, the least used first and of those the last ones that the tokenizer learned: any beginning of
 * the list leaves a whole tokenizer. What stood for a removed token counts for its parts from then on.
 * @throws LabError tokenizer/not-bpe; tokenizer/not-removable for one of `pieces` that is no token, is kept, or is needed by another.
 */
export function removableIds(tokenizer: Tokenizer, options: RemovalOptions): number[] {
  const { leastCount = 1, most = Infinity, pieces = [] } = options;
  const graph = new MergeGraph(tokenizer);
  const kept = new Set([...keptIds(tokenizer), ...(options.kept ?? [])]);
  const counts = options.occurrences.slice();
  const asked = new Set(pieces.map((piece, at) => askedId(tokenizer, piece, at, kept)));
  const removed: number[] = [];
  const goes = (id: number): readonly number[] => {
    removed.push(id);
    const [left, right] = graph.firstParts(id) ?? [];
    if (left !== undefined && right !== undefined) {
      counts[left]! += counts[id]!;
      counts[right]! += counts[id]!;
    }
    return graph.remove(id);
  };
  const waiting = [...asked].filter((id) => !graph.isNeeded(id));
  while (waiting.length > 0) waiting.push(...goes(waiting.pop()!).filter((id) => asked.has(id)));
  if (removed.length < asked.size) throw needed(tokenizer, graph, pieces, asked, new Set(removed));

  const isFree = (id: number) =>
    tokenizer.hasId(id) && !kept.has(id) && !asked.has(id) && !graph.isNeeded(id) && counts[id]! < leastCount;
  const comesFirst = (a: number, b: number) => counts[a]! - counts[b]! || b - a;
  const heap = new IdHeap(comesFirst);
  for (let id = 0; id <= tokenizer.largestId; id++) if (isFree(id)) heap.push(id);
  const until = Math.min(most, tokenizer.largestId + 1) + asked.size;
  while (removed.length < until && heap.size > 0) {
    for (const id of goes(heap.pop())) if (isFree(id)) heap.push(id);
  }
  return removed;
}

function askedId(tokenizer: Tokenizer, piece: string, at: number, kept: ReadonlySet<number>): number {
  const id = tokenizer.idOfPiece(piece) ?? tokenizer.addedTokens.find(({ content }) => content === piece)?.id;
  const why =
    id === undefined
      ? 'is no token of the model'
      : tokenizer.isAdded(id)
        ? 'is a special or added token, which keeps its row'
        : kept.has(id)
          ? 'is a byte, a character that no bytes stand in for, or a token that the model’s files name, and keeps its row'
          : undefined;
  if (why === undefined) return id!;
  throw notRemovable(`\`remove.pieces[${at}]\`, ${JSON.stringify(piece)}, ${why}`, { piece });
}

function needed(
  tokenizer: Tokenizer,
  graph: MergeGraph,
  pieces: readonly string[],
  asked: ReadonlySet<number>,
  removed: ReadonlySet<number>,
): LabError {
  const stuck = [...asked].filter((id) => !removed.has(id)).sort((a, b) => b - a);
  const isBy = (id: number) => graph.users(id).find((user) => !removed.has(user) && !asked.has(user));
  const id = stuck.find((each) => isBy(each) !== undefined) ?? stuck[0]!;
  const piece = tokenizer.piece(id);
  const by = isBy(id);
  const user = by === undefined ? 'another one' : JSON.stringify(tokenizer.piece(by));
  const at = pieces.indexOf(piece);
  return notRemovable(`\`remove.pieces[${at}]\`, ${JSON.stringify(piece)}, is needed: ${user} is merged from it`, {
    piece,
  });
}

function notRemovable(what: string, details: LabError['details']): LabError {
  const hint = 'Take it out of the list, or name what is built on it as well.';
  return new LabError('tokenizer/not-removable', `${what}.`, hint, details);
}

/** Who is merged from whom; merges with a removed token do not count. */
class MergeGraph {
  private readonly made = new Map<number, (readonly [number, number])[]>();
  private readonly used = new Map<number, number[]>();
  private readonly needs: Int32Array;

  constructor(tokenizer: Tokenizer) {
    this.needs = new Int32Array(tokenizer.largestId + 1);
    for (const [left, right, result] of tokenizer.bpe.merges) {
      listAt(this.made, result).push([left, right]);
      for (const part of [left, right]) {
        listAt(this.used, part).push(result);
        this.needs[part]!++;
      }
    }
  }

  isNeeded(id: number): boolean {
    return this.needs[id]! > 0;
  }

  users(id: number): readonly number[] {
    return this.used.get(id) ?? [];
  }

  firstParts(id: number): readonly [number, number] | undefined {
    return this.made.get(id)?.[0];
  }

  /** The parts that nothing needs any more. */
  remove(id: number): number[] {
    const free: number[] = [];
    for (const part of (this.made.get(id) ?? []).flat()) if (--this.needs[part]! === 0) free.push(part);
    return free;
  }
}

function listAt<Value>(map: Map<number, Value[]>, key: number): Value[] {
  const list = map.get(key) ?? [];
  if (list.length === 0) map.set(key, list);
  return list;
}

/** A binary heap. Counts of what lies in it do not change: parts are counted before they come in. */
class IdHeap {
  private readonly ids: number[] = [];

  constructor(private readonly compare: (a: number, b: number) => number) {}

  get size(): number {
    return this.ids.length;
  }

  push(id: number): void {
    const { ids } = this;
    let at = ids.push(id) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.compare(ids[above]!, id) <= 0) break;
      ids[at] = ids[above]!;
      at = above;
    }
    ids[at] = id;
  }

  pop(): number {
    const { ids } = this;
    const first = ids[0]!;
    const last = ids.pop()!;
    if (ids.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= ids.length) break;
      if (below + 1 < ids.length && this.compare(ids[below + 1]!, ids[below]!) < 0) below++;
      if (this.compare(last, ids[below]!) <= 0) break;
      ids[at] = ids[below]!;
      at = below;
    }
    ids[at] = last;
    return first;
  }
}

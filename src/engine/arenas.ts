/**
 * Where activations lie in memory. Greedy by size: the largest tensors are placed first, each at the lowest offset that
 * overlaps no tensor alive at the same time.
 *
 * WebGPU forbids one buffer to be read-only and writable within a dispatch, even in disjoint ranges. So tensors are
 * spread over several arenas: what a dispatch reads and what it writes never share one. That takes three to five
 * arenas for a decoder and lets kernels keep `var<storage, read>`, which drivers cache better than read_write.
 */
export const placementAlignment = 256;

export interface Lifetime {
  readonly tensor: number;
  readonly bytes: number;
  /** First and last node that touches the tensor, both included. */
  readonly birth: number;
  readonly death: number;
}

export interface Placement {
  /** Index into the list of buffers. */
  readonly buffer: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Placement by tensor id within buffers of these sizes. */
export interface PlacedBuffers {
  readonly placements: ReadonlyMap<number, Placement>;
  readonly bufferBytes: readonly number[];
}

interface Placed extends Placement {
  readonly birth: number;
  readonly death: number;
}

interface Arena {
  size: number;
  readonly placed: Placed[];
  readonly tensors: Set<number>;
}

/** `conflicts.get(a)` holds the tensors that may not share a buffer with `a`. `maxArenaBytes` yields to one larger tensor. */
export function placeInArenas(
  lifetimes: readonly Lifetime[],
  conflicts: ReadonlyMap<number, ReadonlySet<number>>,
  maxArenaBytes: number,
): PlacedBuffers {
  const arenas: Arena[] = [];
  const placements = new Map<number, Placement>();
  const bySize = [...lifetimes].sort((a, b) => b.bytes - a.bytes || a.birth - b.birth || a.tensor - b.tensor);
  for (const life of bySize) {
    const bytes = align(Math.max(life.bytes, 4));
    const foes = conflicts.get(life.tensor);
    let best: { arena: number; offset: number; growth: number } | undefined;
    for (const [index, arena] of arenas.entries()) {
      if (foes && sharesMember(foes, arena.tensors)) continue;
      const offset = lowestGap(arena.placed, life, bytes);
      if (offset + bytes > maxArenaBytes) continue;
      const growth = Math.max(0, offset + bytes - arena.size);
      if (!best || growth < best.growth) best = { arena: index, offset, growth };
    }
    if (!best) {
      arenas.push({ size: 0, placed: [], tensors: new Set() });
      best = { arena: arenas.length - 1, offset: 0, growth: bytes };
    }
    const arena = arenas[best.arena]!;
    const placement = { buffer: best.arena, offset: best.offset, bytes };
    arena.size = Math.max(arena.size, best.offset + bytes);
    const at = firstBeyond(arena.placed, placement.offset);
    arena.placed.splice(at, 0, { ...placement, birth: life.birth, death: life.death });
    arena.tensors.add(life.tensor);
    placements.set(life.tensor, placement);
  }
  return { placements, bufferBytes: arenas.map((arena) => arena.size) };
}

/** For tensors that live as long as the program: one after the other, a new buffer where the next one would not fit. */
export function placeInSequence(
  tensors: readonly { readonly tensor: number; readonly bytes: number }[],
  maxBufferBytes: number,
): PlacedBuffers {
  const bufferBytes: number[] = [];
  const placements = new Map<number, Placement>();
  for (const { tensor, bytes } of tensors) {
    const size = align(Math.max(bytes, 4));
    const last = bufferBytes.length - 1;
    if (last < 0 || bufferBytes[last]! + size > maxBufferBytes) bufferBytes.push(0);
    const buffer = bufferBytes.length - 1;
    placements.set(tensor, { buffer, offset: bufferBytes[buffer]!, bytes: size });
    bufferBytes[buffer]! += size;
  }
  return { placements, bufferBytes };
}

/** `placed` is sorted by offset. */
function lowestGap(placed: readonly Placed[], life: Lifetime, bytes: number): number {
  let offset = 0;
  for (const other of placed) {
    if (other.death < life.birth || other.birth > life.death) continue;
    if (offset + bytes <= other.offset) break;
    offset = Math.max(offset, other.offset + other.bytes);
  }
  return offset;
}

/** Index of the first that lies beyond `offset`. `placed` is sorted by offset. */
function firstBeyond(placed: readonly Placed[], offset: number): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle]!.offset > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function sharesMember(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const member of few) if (many.has(member)) return true;
  return false;
}

export function align(bytes: number): number {
  return Math.ceil(bytes / placementAlignment) * placementAlignment;
}

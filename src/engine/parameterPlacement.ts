/**
 * Where weights lie. Those in f32, which training may move, lie one behind the other in buffers that one binding covers, so that one
 * dispatch moves many of them; what is held smaller is frozen and has a buffer each.
 */
import { placeInSequence, type PlacedBuffers, type Placement } from './arenas';
import { allocatedBytes } from './elementTypes';
import type { ParameterSpec } from './graph';

/** Larger ones are refused by drivers that would grant the same in pieces. */
const mostSharedBytes = 256 * 2 ** 20;

/** By the place of a parameter in `specs`. */
export function placeParameters(
  specs: readonly ParameterSpec[],
  limits: { readonly maxBindingBytes: number; readonly maxBufferBytes: number },
): PlacedBuffers {
  const sized = specs.map((spec, tensor) => ({ spec, tensor, bytes: allocatedBytes(spec) }));
  const most = Math.min(limits.maxBindingBytes, limits.maxBufferBytes, mostSharedBytes);
  const shared = placeInSequence(
    sized.filter(({ spec }) => spec.type === 'f32'),
    most,
  );
  const placements = new Map<number, Placement>(shared.placements);
  const bufferBytes = [...shared.bufferBytes];
  for (const { spec, tensor, bytes } of sized) {
    if (spec.type === 'f32') continue;
    placements.set(tensor, { buffer: bufferBytes.length, offset: 0, bytes });
    bufferBytes.push(bytes);
  }
  return { placements, bufferBytes };
}

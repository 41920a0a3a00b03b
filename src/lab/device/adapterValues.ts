/**
 * How adapters start, as peft's do: A uniform within 1 / sqrt(in) (kaiming_uniform with a = sqrt(5)), B zero, so that the first
 * step's model is the base. What is drawn depends on the seed and the parameter's name alone.
 */
import { elementCount } from '../../engine/index';
import { seededRandom } from '../../random';
import type { ParameterRow } from './parameterTable';

/** f32, of A [rank, in] or B [out, rank], told by its name. */
export function firstAdapterValues({ name, shape }: Pick<ParameterRow, 'name' | 'shape'>, seed: number): Float32Array {
  const values = new Float32Array(elementCount(shape));
  if (name.endsWith('.lora_B.weight')) return values;
  const random = seededRandom((seed ^ hashOf(name)) >>> 0);
  const bound = 1 / Math.sqrt(shape[1]!);
  return values.map(() => (2 * random() - 1) * bound);
}

/** FNV-1a. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash;
}

/**
 * A checksum of metadata as a key among them. GGUF has none, so that a file with another rotary base or another piece opens like any
 * other; the files that the lab writes have it, and other readers pass over it. What a conversion to another type changes
 * (`general.*`, tensors) is left out, since `llama-quantize` takes the key along.
 */
import { Sha256 } from '../sha256';

export const SEAL_KEY = 'tokengraft.metadata.sha256';

/** @param entries key, type and value as they stand in the file, by key. Their order is not sealed. */
export function sealOf(entries: ReadonlyMap<string, Uint8Array>): string {
  const hash = new Sha256();
  const keys = [...entries.keys()].filter((key) => key !== SEAL_KEY && !key.startsWith('general.'));
  for (const key of keys.sort()) hash.update(entries.get(key)!);
  return hash.hex();
}

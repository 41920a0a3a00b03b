/** Collecting streams and catching LabErrors, for the tests of this folder and of graft. */
import { expect } from 'vitest';
import { LabError } from '../../src/error';
import { chunksOf, type FileContent } from '../../src/checkpoint/index';

export async function bytesOf(content: FileContent): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(content)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

export async function labErrorOf(work: Promise<unknown> | (() => unknown)): Promise<LabError> {
  const thrown = await Promise.resolve(typeof work === 'function' ? (async () => work())() : work).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(LabError);
  return thrown as LabError;
}

/** A safetensors file with any header, valid or not. */
export function rawSafetensors(header: string, dataBytes: number, claimedLength?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, claimedLength ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** mulberry32: small seeded numbers in [0, 1) for fuzzing. */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * One file of the Hub into a store: from where an earlier attempt broke off, checked against the hash that names it. What
 * was put together from several answers and is not what its hash says is fetched once more from its start.
 */
import { LabError } from '../../error';
import { sourcePieces, type ByteSource } from '../byteSource';
import { sha256 } from '../sha256';
import type { HubFile, HubModel, HubOptions } from './describeModel';
import { askForFile, type FileVersion } from './fileAnswer';
import type { FileStore } from './fileStore';
import { GrowingBlob } from './growingBlob';
import { asHubError, mayPass } from './hubErrors';

export interface Downloaded {
  readonly source: ByteSource;
  /** The store was full: what it could not take is in memory. */
  readonly inMemory: boolean;
}

/** Attempts without a new byte after which a file is given up. */
const ATTEMPTS = 4;
const PAUSE_MILLISECONDS = 500;

/** `onBytes` is told how many bytes of the file are there; fewer than before where it is begun again. Throws `hub/...`. */
export async function downloadFile(
  model: HubModel,
  file: HubFile,
  store: FileStore,
  options: HubOptions,
  onBytes: (bytes: number) => void,
): Promise<Downloaded> {
  const blob = await GrowingBlob.open(store, file);
  onBytes(blob.size);
  for (let isSecond = false; ; isSecond = true) {
    const isJoined = await fill(blob, model, file, options, onBytes);
    const source = await blob.source();
    if (source.size === file.size && (await isWhole(source, file, options.signal))) {
      return { source, inMemory: blob.isInMemory };
    }
    await blob.clear();
    onBytes(0);
    if (!isJoined || isSecond) break;
  }
  throw new LabError(
    'hub/damaged',
    `\`${file.name}\` of \`${model.id}\` did not arrive as the Hub has it.`,
    'It was thrown away; download it again.',
    { model: model.id, file: file.name, expected: file.etag },
  );
}

/** Until the blob has as many bytes as the file. True where they are not all of one answer. */
async function fill(
  blob: GrowingBlob,
  model: HubModel,
  file: HubFile,
  options: HubOptions,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  let isJoined = blob.size > 0;
  let version: FileVersion | undefined;
  // The second time it would be the host that names every answer otherwise: then the hash alone decides.
  let wasChanged = false;
  try {
    for (let failures = 0; blob.size < file.size;) {
      const before = blob.size;
      let error: unknown;
      try {
        const answer = await askForFile(model, file, before, version, options);
        isJoined ||= before > 0;
        if (!answer) {
          await blob.clear();
          onBytes(0);
          if (wasChanged) break;
        }
        wasChanged ||= !answer;
        version = wasChanged ? undefined : answer?.version;
        for await (const chunk of answer?.chunks ?? []) {
          await blob.write(chunk);
          onBytes(blob.size);
        }
      } catch (thrown) {
        options.signal?.throwIfAborted();
        error = asHubError(thrown, model.id);
        if (!mayPass(error)) throw error;
      }
      // An answer that ended early and well is a broken connection too.
      failures = blob.size > before ? 0 : failures + 1;
      if (failures >= ATTEMPTS) {
        if (error === undefined) break;
        throw error;
      }
      if (error !== undefined) await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS * 2 ** failures));
    }
  } finally {
    await blob.close();
  }
  return isJoined;
}

/** SHA-256, or the hash that Git gives a file; other ETags say nothing about the bytes. */
async function isWhole(source: ByteSource, { etag, size }: HubFile, signal?: AbortSignal): Promise<boolean> {
  if (/^[0-9a-f]{64}$/.test(etag)) return (await sha256(sourcePieces(source, signal))).hex === etag;
  if (!/^[0-9a-f]{40}$/.test(etag) || size > 64 * 2 ** 20) return true;
  const head = new TextEncoder().encode(`blob ${size}\0`);
  const whole = new Uint8Array(head.byteLength + size);
  whole.set(head);
  whole.set(await source.read(0, size, signal), head.byteLength);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', whole));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') === etag;
}

/**
 * One file of the Hub into a store: from where an earlier attempt broke off, checked against the hash that names it.
 * Where the store has no room, the rest stays in memory and the file is there for this visit only.
 */
import { LabError } from '../../error';
import { bytesSource, rangeChecked } from '../byteSource';
import type { ByteSource } from '../byteSource';
import { sha256 } from '../sha256';
import { boundFetch, HUB_URL, type HubFile, type HubModel, type HubOptions } from './describeModel';
import type { Appender, FileStore } from './fileStore';
import { asHubError, hubError } from './hubErrors';

export interface Downloaded {
  readonly source: ByteSource;
  /** The store was full: what it could not take is in memory. */
  readonly inMemory: boolean;
}

/** Attempts after which a connection that breaks off without a new byte is given up. */
const ATTEMPTS = 4;
const PAUSE_MILLISECONDS = 500;

export function blobName({ etag }: HubFile): string {
  return `blob-${etag}`;
}

/** `onBytes` is told how many bytes of the file are there. Throws `hub/...`. */
export async function downloadFile(
  model: HubModel,
  file: HubFile,
  store: FileStore,
  options: HubOptions,
  onBytes: (bytes: number) => void,
): Promise<Downloaded> {
  const blob = blobName(file);
  let kept = await store.size(blob);
  // Longer than the file: left by something else.
  if (kept > file.size) {
    await store.remove(blob);
    kept = 0;
  }
  onBytes(kept);
  const overflow: Uint8Array[] = [];
  const reached = kept < file.size ? await fetchRest(model, file, store, options, kept, overflow, onBytes) : kept;
  const stored = await store.open(blob, file.name);
  const source =
    overflow.length > 0 ? joined(file, stored, overflow) : (stored ?? bytesSource(file.name, new Uint8Array(0)));
  if (reached !== file.size || source.size !== file.size || !(await isWhole(source, file, options.signal))) {
    await store.remove(blob);
    throw new LabError(
      'hub/damaged',
      `\`${file.name}\` of \`${model.id}\` did not arrive as the Hub has it.`,
      'It was thrown away; download it again.',
      { model: model.id, file: file.name, expected: file.etag },
    );
  }
  return { source, inMemory: overflow.length > 0 };
}

async function fetchRest(
  model: HubModel,
  file: HubFile,
  store: FileStore,
  options: HubOptions,
  kept: number,
  overflow: Uint8Array[],
  onBytes: (bytes: number) => void,
): Promise<number> {
  let at = kept;
  let appender: Appender | undefined = await store.append(blobName(file));
  try {
    for (let failures = 0; at < file.size;) {
      const before = at;
      try {
        for await (const chunk of chunks(model, file, at, options)) {
          if (appender) {
            try {
              await appender.write(chunk);
            } catch (thrown) {
              if (!(thrown instanceof LabError) || thrown.code !== 'storage/quota') throw thrown;
              await appender.close();
              appender = undefined;
            }
          }
          if (!appender) overflow.push(chunk);
          at += chunk.byteLength;
          onBytes(at);
        }
      } catch (thrown) {
        options.signal?.throwIfAborted();
        const error = asHubError(thrown, model.id);
        failures = at > before ? 0 : failures + 1;
        if (!(error instanceof LabError) || error.code !== 'hub/unreachable' || failures >= ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS * 2 ** failures));
        continue;
      }
      // An answer that ended early and well is a broken connection too.
      failures = at > before ? 0 : failures + 1;
      if (failures >= ATTEMPTS) break;
    }
  } finally {
    await appender?.close();
  }
  return at;
}

/** The file's bytes from `start` on; never more than it has. */
async function* chunks(
  { name, id, commit }: HubModel,
  file: HubFile,
  start: number,
  options: HubOptions,
): AsyncGenerator<Uint8Array> {
  const path = file.name.split('/').map(encodeURIComponent).join('/');
  const url = `${options.hubUrl ?? HUB_URL}/${name}/resolve/${encodeURIComponent(commit)}/${path}`;
  // A redirect to another host loses the Authorization header: browsers and Node drop it by themselves.
  const headers: Record<string, string> = { Range: `bytes=${start}-` };
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  const response = await boundFetch(options)(url, { headers });
  if (!response.ok) {
    await response.body?.cancel();
    throw hubError(`${id}/${file.name}`, response.status);
  }
  // A server that grants no ranges sends all of it.
  let skip = response.status === 206 ? 0 : start;
  let left = file.size - start;
  const reader = response.body!.getReader();
  try {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) return;
      const wanted = value.subarray(Math.min(skip, value.byteLength)).subarray(0, left);
      skip = Math.max(0, skip - value.byteLength);
      left -= wanted.byteLength;
      if (wanted.byteLength > 0) yield wanted;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function joined({ name }: HubFile, stored: ByteSource | undefined, rest: readonly Uint8Array[]): ByteSource {
  const kept = stored?.size ?? 0;
  const starts: number[] = [];
  let at = kept;
  for (const chunk of rest) {
    starts.push(at);
    at += chunk.byteLength;
  }
  return rangeChecked(name, at, async (start, end, signal) => {
    const bytes = new Uint8Array(end - start);
    if (stored && start < kept) bytes.set(await stored.read(start, Math.min(end, kept), signal));
    rest.forEach((chunk, index) => {
      const first = starts[index]!;
      const [from, to] = [Math.max(start, first), Math.min(end, first + chunk.byteLength)];
      if (from < to) bytes.set(chunk.subarray(from - first, to - first), from - start);
    });
    return bytes;
  });
}

const PIECE = 4 * 2 ** 20;

/** SHA-256, or the hash that Git gives a file; other ETags say nothing about the bytes. */
async function isWhole(source: ByteSource, { etag, size }: HubFile, signal?: AbortSignal): Promise<boolean> {
  if (/^[0-9a-f]{64}$/.test(etag)) return (await sha256(pieces(source, signal))).hex === etag;
  if (!/^[0-9a-f]{40}$/.test(etag) || size > 64 * 2 ** 20) return true;
  const head = new TextEncoder().encode(`blob ${size}\0`);
  const whole = new Uint8Array(head.byteLength + size);
  whole.set(head);
  whole.set(await source.read(0, size, signal), head.byteLength);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', whole));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') === etag;
}

async function* pieces(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE) yield source.read(at, Math.min(source.size, at + PIECE), signal);
}

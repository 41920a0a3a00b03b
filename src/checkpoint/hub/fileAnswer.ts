/**
 * One request for a file. The first for a file is a plain GET; only going on asks for a range, always of the form
 * `bytes=N-`, which the Fetch standard lets a page send without asking before (no preflight, which storage hosts refuse).
 * Every request goes to the Hub, never to an address that it gave before: those are signed and run out.
 */
import { boundFetch, HUB_URL, type HubFile, type HubModel, type HubOptions } from './describeModel';
import { hubError, storageError } from './hubErrors';

export interface FileAnswer {
  /** As the host that sent the file names this state of it, and that host: hosts name the same bytes differently. */
  readonly version: FileVersion;
  /** The file's bytes from where the request began; never more than the file has. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface FileVersion {
  readonly origin: string;
  readonly etag: string | null;
}

/**
 * From byte `start` on. Undefined where what is there now is not what the earlier bytes were of: another size, another ETag
 * than in `before`. Throws `hub/...`.
 */
export async function askForFile(
  model: HubModel,
  file: HubFile,
  start: number,
  before: FileVersion | undefined,
  options: HubOptions,
): Promise<FileAnswer | undefined> {
  const hubUrl = options.hubUrl ?? HUB_URL;
  const path = file.name.split('/').map(encodeURIComponent).join('/');
  const headers: Record<string, string> = start > 0 ? { Range: `bytes=${start}-` } : {};
  // A redirect to another host loses this header: browsers and Node drop it by themselves.
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  const response = await boundFetch(options)(
    `${hubUrl}/${model.name}/resolve/${encodeURIComponent(model.commit)}/${path}`,
    {
      headers,
      // The store keeps the file: the browser need not keep it as well, nor an answer that names a signed address.
      cache: 'no-store',
    },
  );
  const origin = new URL(response.url || hubUrl).origin;
  const version = { origin, etag: response.headers.get('ETag')?.replace(/^W\//, '') ?? null };
  const isChanged =
    start > 0 && (response.status === 416 || isOther(version, before) || !continues(response, start, file));
  if (!response.ok || isChanged) {
    await response.body?.cancel();
    if (isChanged) return undefined;
    const what = `${model.id}/${file.name}`;
    throw origin === new URL(hubUrl).origin
      ? hubError(what, response.status)
      : storageError(what, response.status, new URL(origin).host);
  }
  // A server that grants no ranges sends all of it.
  return { version, chunks: rest(response, response.status === 206 ? 0 : start, file.size - start) };
}

function isOther({ origin, etag }: FileVersion, before: FileVersion | undefined): boolean {
  return before?.origin === origin && before.etag !== null && etag !== null && before.etag !== etag;
}

/** Where the answer is a part and says which: the one that was asked for, of a file of this size. */
function continues({ status, headers }: Response, start: number, { size }: HubFile): boolean {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('Content-Range') ?? '') ?? [];
  if (status !== 206 || first === undefined) return true;
  return Number(first) === start && (total === '*' || Number(total) === size);
}

/** Without the first `skip` bytes, and no more than `length`. */
async function* rest(response: Response, skip: number, length: number): AsyncGenerator<Uint8Array> {
  const reader = response.body!.getReader();
  let [skipped, left] = [skip, length];
  try {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) return;
      const wanted = value.subarray(Math.min(skipped, value.byteLength)).subarray(0, left);
      skipped = Math.max(0, skipped - value.byteLength);
      left -= wanted.byteLength;
      if (wanted.byteLength > 0) yield wanted;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

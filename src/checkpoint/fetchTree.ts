/**
 * A model folder behind a URL: the bundled one, or any static server. Static servers do not list folders, so the names
 * that a model folder can have are asked for one by one. Weights are read by range where the server grants ranges, whole
 * where it does not. A development server answers a missing file with its HTML page: that counts as missing.
 */
import { LabError } from '../error';
import { bytesSource, rangeChecked, treeOf, unreadable, type ByteSource, type FileTree } from './byteSource';
import { INDEX_FILE, SINGLE_FILE } from './checkpoint';
import { isJsonObject, parseJsonObject } from './json';

export const MODEL_FOLDER_FILES = [
  'config.json',
  SINGLE_FILE,
  INDEX_FILE,
  'tokenizer.json',
  'tokenizer_config.json',
  'generation_config.json',
  'special_tokens_map.json',
  'README.md',
] as const;

export interface FetchTreeOptions {
  /** What to ask for; a folder whose files are known need not be probed for others. */
  readonly names?: readonly string[];
  readonly name?: string;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

export async function fetchTree(baseUrl: string | URL, options: FetchTreeOptions = {}): Promise<FileTree> {
  const { names = MODEL_FOLDER_FILES, signal, fetch: request = globalThis.fetch.bind(globalThis) } = options;
  const base = String(baseUrl).replace(/\/?$/, '/');
  const open = async (file: string): Promise<[string, ByteSource][]> => {
    const url = base + file.split('/').map(encodeURIComponent).join('/');
    const source = await (file.endsWith('.safetensors') ? ranged : whole)(file, url, request, signal);
    return source ? [[file, source]] : [];
  };
  const sources = new Map((await Promise.all(names.map(open))).flat());
  const index = sources.get(INDEX_FILE);
  if (index && !sources.has(SINGLE_FILE)) {
    const text = new TextDecoder().decode(await index.read(0, index.size, signal));
    const weightMap = parseJsonObject(text, INDEX_FILE).weight_map;
    const shards = new Set(
      isJsonObject(weightMap) ? Object.values(weightMap).filter((v) => typeof v === 'string') : [],
    );
    for (const [file, source] of (await Promise.all([...shards].map(open))).flat()) sources.set(file, source);
  }
  return treeOf(options.name ?? decodeURIComponent(base.split('/').at(-2) ?? base), sources);
}

async function whole(
  file: string,
  url: string,
  request: typeof fetch,
  signal?: AbortSignal,
): Promise<ByteSource | undefined> {
  const response = await ask(file, url, request, signal);
  return response && bytesSource(file, await body(file, response));
}

async function ranged(
  file: string,
  url: string,
  request: typeof fetch,
  signal?: AbortSignal,
): Promise<ByteSource | undefined> {
  const first = await ask(file, url, request, signal, 'bytes=0-7');
  if (!first) return undefined;
  const size = Number(/^bytes \d+-\d+\/(\d+)$/.exec(first.headers.get('content-range') ?? '')?.[1] ?? NaN);
  if (first.status !== 206 || !Number.isSafeInteger(size)) return bytesSource(file, await body(file, first));
  await first.body?.cancel();
  return rangeChecked(file, size, async (start, end, readSignal) => {
    const response = await ask(file, url, request, readSignal ?? signal, `bytes=${start}-${end - 1}`);
    if (response?.status === 206) return body(file, response);
    throw new LabError(
      'checkpoint/unreadable',
      `\`${file}\`: the server stopped granting ranges (status ${response?.status ?? 404}).`,
      'The file may have been replaced while it was read; open the model again.',
      { file, status: response?.status ?? 404 },
    );
  });
}

/** The response, or undefined where the file does not exist. */
async function ask(
  file: string,
  url: string,
  request: typeof fetch,
  signal?: AbortSignal,
  range?: string,
): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await request(url, { ...(signal ? { signal } : {}), ...(range ? { headers: { Range: range } } : {}) });
  } catch (cause) {
    throw unreadable(file, cause, 'Check that the server can be reached.');
  }
  const isPage = response.headers.get('content-type')?.includes('text/html') ?? false;
  if (response.status === 404 || response.status === 410 || (response.ok && isPage)) {
    await response.body?.cancel();
    return undefined;
  }
  if (response.ok) return response;
  throw new LabError(
    'checkpoint/unreadable',
    `\`${file}\`: the server answered with status ${response.status}.`,
    'Try again later, or check the address.',
    { file, status: response.status },
  );
}

async function body(file: string, response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw unreadable(file, cause, 'The connection broke off; try again.');
  }
}

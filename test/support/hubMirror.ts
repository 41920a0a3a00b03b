/**
 * A Hugging Face Hub on this machine, as far as the lab uses one: a model's page of facts, its list of files, and files
 * behind `resolve`. As at the real one, small files come from another path of the Hub and large ones from a storage host:
 * another origin, reached by a signed address that is good once, which names no version as the Hub does, is readable for
 * any page, and answers no preflight. What both were asked is written down; the mirror can be told to misbehave.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface MirrorModel {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly licence?: string;
  readonly config?: unknown;
  /** Only given to those who send it. */
  readonly token?: string;
}

export interface MirrorRequest {
  readonly host: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly range?: string;
  readonly authorised: boolean;
}

/** What a storage host does instead of sending a file; `drop` hangs up. */
export type StorageRefusal = 403 | 404 | 500 | 503 | 'drop';

export interface HubMirror {
  readonly url: string;
  /** Where the storage host listens. */
  readonly storageUrl: string;
  /** The origin that redirects name, where that is another. */
  redirectsTo: string;
  readonly requests: MirrorRequest[];
  readonly models: Record<string, MirrorModel>;
  /** Each file of the storage host ends after so many bytes, for as many answers as are listed. */
  readonly breakAfter: number[];
  /**
   * Milliseconds from the last of them until the connection is closed. What a reader has not taken by then is lost to it: a stream
   * that ends in an error drops what is queued.
   */
  breakDelay: number;
  /** The next answers of the storage host; null is a file. */
  readonly storageRefuses: (StorageRefusal | null)[];
  /** The ETag of each further answer of the storage host, until the list is empty. */
  readonly storageEtags: string[];
  grantsRanges: boolean;
  /** The first byte of a part is this much beside the one that was asked for. */
  rangeOffset: number;
  /** Sent in the place of a file's own, by `owner/name/path`. */
  readonly damaged: Map<string, Uint8Array>;
  /** As if nothing had been told and asked. */
  reset(): void;
  close(): Promise<void>;
}

/** PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export const COMMIT = '1234567890abcdef1234567890abcdef12345678';
const LARGE = /\.(safetensors|gguf|model)$/;

/** With a certificate, both hosts speak HTTPS. */
export async function hubMirror(models: Record<string, MirrorModel>, certificate?: Certificate): Promise<HubMirror> {
  const requests: MirrorRequest[] = [];
  const breakAfter: number[] = [];
  const storageRefuses: HubMirror['storageRefuses'] = [];
  const storageEtags: string[] = [];
  const damaged = new Map<string, Uint8Array>();
  const behaviour = { grantsRanges: true, rangeOffset: 0, redirectsTo: '', breakDelay: 100 };
  const addresses = new Set<string>();
  let signatures = 0;
  const note = (host: MirrorRequest['host'], { method, url, headers }: IncomingMessage): void => {
    const { range, authorization } = headers;
    requests.push({
      host,
      method: method!,
      path: url!,
      ...(range ? { range } : {}),
      authorised: authorization !== undefined,
    });
  };

  const sendFile = (
    { headers: { range } }: IncomingMessage,
    response: ServerResponse,
    content: Uint8Array,
    headers: Record<string, string>,
    limit = Infinity,
  ): void => {
    const asked = behaviour.grantsRanges ? /^bytes=(\d+)-(\d*)$/.exec(range ?? '') : null;
    const start = asked ? Math.max(0, Number(asked[1]) + behaviour.rangeOffset) : 0;
    const end = asked?.[2] ? Math.min(Number(asked[2]) + 1, content.length) : content.length;
    if (asked && start >= content.length) {
      return void response.writeHead(416, { ...headers, 'Content-Range': `bytes */${content.length}` }).end();
    }
    response.writeHead(asked ? 206 : 200, {
      ...headers,
      'Accept-Ranges': 'bytes',
      'Content-Length': end - start,
      ...(asked ? { 'Content-Range': `bytes ${start}-${end - 1}/${content.length}` } : {}),
    });
    if (limit >= end - start) return void response.end(content.subarray(start, end));
    response.write(content.subarray(start, start + limit), () =>
      setTimeout(() => response.destroy(), behaviour.breakDelay),
    );
  };

  const storage = serverOf(certificate, (request, response) => {
    note('storage', request);
    // Neither `Range` nor `Authorization`: a request that needs a preflight for one of them fails.
    const readable = {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Headers': 'Content-Range, Content-Type, Content-Disposition, ETag',
      'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Range, Content-Type, Content-Disposition, ETag, X-Cache',
    };
    if (request.method === 'OPTIONS') return void response.writeHead(403, readable).end();
    const { pathname, searchParams } = new URL(request.url!, 'http://storage');
    const refusal = addresses.delete(searchParams.get('Signature') ?? '') ? (storageRefuses.shift() ?? null) : 403;
    if (refusal === 'drop') return void response.destroy();
    if (refusal !== null) return void response.writeHead(refusal, readable).end();
    const key = decodeURIComponent(pathname.slice(1));
    const [owner, name, ...path] = key.split('/');
    const content = models[`${owner}/${name}`]?.files[path.join('/')];
    if (content === undefined) return void response.writeHead(404, readable).end();
    const sent = damaged.get(key) ?? bytesOf(content);
    const etag = storageEtags.shift() ?? createHash('md5').update(sent).digest('hex');
    sendFile(request, response, sent, { ...readable, ETag: `"${etag}"` }, breakAfter.shift());
  });
  const storageUrl = (behaviour.redirectsTo = await listen(storage));

  const hub = serverOf(certificate, (request, response) => {
    note('hub', request);
    const readable = {
      'Access-Control-Allow-Origin': request.headers.origin ?? '*',
      Vary: 'Origin',
      'Access-Control-Expose-Headers':
        'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash',
    };
    if (request.method === 'OPTIONS') {
      const allowed = { 'Access-Control-Allow-Headers': 'Authorization, Content-Type' };
      return void response.writeHead(204, { ...readable, ...allowed }).end();
    }
    const json = (status: number, value: unknown): void =>
      void response.writeHead(status, { ...readable, 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    const { pathname } = new URL(request.url!, 'http://hub');
    const [, api, id, rest] = /^\/(api\/(?:models|resolve-cache)\/)?([^/]+\/[^/]+)\/(.*)$/.exec(pathname) ?? [];
    const model = id === undefined ? undefined : models[id];
    if (!model || id === undefined || rest === undefined) return json(404, { error: 'Repository not found' });
    if (model.token && request.headers.authorization !== `Bearer ${model.token}`) {
      return json(401, { error: 'Access to this model is restricted' });
    }
    if (api === 'api/models/' && rest.startsWith('revision/')) {
      const isKnown = ['main', 'HEAD', COMMIT].includes(rest.slice('revision/'.length));
      return isKnown ? json(200, factsOf(id, model)) : json(404, { error: 'Invalid rev' });
    }
    if (api === 'api/models/' && rest.startsWith('tree/')) return json(200, filesOf(model));
    const path = decodeURIComponent(/^(?:resolve\/)?[^/]+\/(.+)$/.exec(rest)?.[1] ?? '');
    const content = model.files[path];
    if (content === undefined) {
      return void response.writeHead(404, { ...readable, 'X-Error-Code': 'EntryNotFound' }).end();
    }
    const bytes = bytesOf(content);
    const key = `${id}/${path}`;
    if (api === 'api/resolve-cache/') {
      return sendFile(request, response, damaged.get(key) ?? bytes, { ...readable, ETag: `"${etagOf(path, bytes)}"` });
    }
    const linked = { 'X-Linked-Size': String(bytes.length), 'X-Linked-ETag': `"${etagOf(path, bytes)}"` };
    if (!LARGE.test(path)) {
      const Location = `/api/resolve-cache/${id}/${COMMIT}/${path}`;
      return void response.writeHead(307, { ...readable, ...linked, Location }).end();
    }
    const signature = `s${++signatures}`;
    addresses.add(signature);
    const Location = `${behaviour.redirectsTo}/${key}?Expires=3600&Signature=${signature}`;
    response.writeHead(302, { ...readable, ...linked, Location }).end();
  });
  const url = await listen(hub);

  return Object.assign(behaviour, {
    url,
    storageUrl,
    requests,
    models,
    breakAfter,
    storageRefuses,
    storageEtags,
    damaged,
    reset() {
      for (const list of [requests, breakAfter, storageRefuses, storageEtags]) list.length = 0;
      damaged.clear();
      Object.assign(behaviour, { grantsRanges: true, rangeOffset: 0, redirectsTo: storageUrl, breakDelay: 100 });
    },
    async close() {
      for (const server of [hub, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  });
}

const factsOf = (id: string, { token, config, licence }: MirrorModel) => ({
  _id: '1',
  id,
  sha: COMMIT,
  private: false,
  gated: token ? 'manual' : false,
  likes: 0,
  downloads: 0,
  lastModified: '2024-01-01T00:00:00.000Z',
  config: config ?? {},
  cardData: licence ? { license: licence } : {},
});

const filesOf = ({ files }: MirrorModel) =>
  Object.entries(files).map(([path, content]) => {
    const bytes = bytesOf(content);
    const large = LARGE.test(path) ? { lfs: { oid: etagOf(path, bytes), size: bytes.length, pointerSize: 134 } } : {};
    return { type: 'file', oid: gitHash(bytes), size: bytes.length, path, ...large };
  });

const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

const gitHash = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

const etagOf = (path: string, bytes: Uint8Array): string =>
  LARGE.test(path) ? createHash('sha256').update(bytes).digest('hex') : gitHash(bytes);

const serverOf = (certificate: Certificate | undefined, listener: RequestListener): Server =>
  certificate ? createTlsServer(certificate, listener) : createServer(listener);

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${'setSecureContext' in server ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

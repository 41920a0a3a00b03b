/**
 * A Hugging Face Hub on this machine, as far as the lab uses one: a model's page of facts, its list of files, and files
 * behind `resolve`, those in large storage redirected to another origin as the real one does. What it was asked is written
 * down; it can be told to break connections off, to lack ranges, and to ask for a token.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MirrorModel {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly licence?: string;
  readonly config?: unknown;
  /** Only given to those who send it. */
  readonly token?: string;
}

export interface HubMirror {
  readonly url: string;
  /** Where large files come from. */
  readonly storageUrl: string;
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly range?: string;
    readonly authorised: boolean;
  }[];
  readonly models: Record<string, MirrorModel>;
  /** Each answer with a file ends after so many bytes, for as many answers as are listed. */
  readonly breakAfter: number[];
  grantsRanges: boolean;
  /** Sent in the place of a file's own. */
  readonly damaged: Map<string, Uint8Array>;
  close(): Promise<void>;
}

export const COMMIT = '1234567890abcdef1234567890abcdef12345678';
const LARGE = /\.(safetensors|gguf|model)$/;

export async function hubMirror(models: Record<string, MirrorModel>): Promise<HubMirror> {
  const requests: HubMirror['requests'] = [];
  const breakAfter: number[] = [];
  const damaged = new Map<string, Uint8Array>();
  const state = { grantsRanges: true };
  const note = ({ method, url, headers }: IncomingMessage): void => {
    const range = headers.range;
    requests.push({
      method: method!,
      path: url!,
      ...(range ? { range } : {}),
      authorised: headers.authorization !== undefined,
    });
  };

  const sendFile = (request: IncomingMessage, response: ServerResponse, key: string, bytes: Uint8Array): void => {
    const content = damaged.get(key) ?? bytes;
    const range = state.grantsRanges ? /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') : null;
    const start = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]) + 1, content.length) : content.length;
    response.writeHead(range ? 206 : 200, {
      ...common(),
      ETag: `"${etagOf(key, bytes)}"`,
      'Content-Length': end - start,
      ...(range ? { 'Content-Range': `bytes ${start}-${end - 1}/${content.length}` } : {}),
    });
    const limit = breakAfter.shift();
    if (limit === undefined || limit >= end - start) return void response.end(content.subarray(start, end));
    response.write(content.subarray(start, start + limit), () => setTimeout(() => response.destroy(), 20));
  };

  const storage = createServer((request, response) => {
    note(request);
    if (request.method === 'OPTIONS') return void response.writeHead(204, common()).end();
    const key = decodeURIComponent(new URL(request.url!, 'http://x').pathname.slice(1));
    const [owner, name, ...path] = key.split('/');
    const content = models[`${owner}/${name}`]?.files[path.join('/')];
    if (content === undefined) return void response.writeHead(404, common()).end();
    sendFile(request, response, key, bytesOf(content));
  });
  const storageUrl = await listen(storage);

  const hub = createServer((request, response) => {
    note(request);
    if (request.method === 'OPTIONS') return void response.writeHead(204, common()).end();
    const { pathname } = new URL(request.url!, 'http://x');
    const json = (status: number, value: unknown): void =>
      void response.writeHead(status, { ...common(), 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    const [, api, id, rest] = /^\/(api\/models\/)?([^/]+\/[^/]+)\/(.*)$/.exec(pathname) ?? [];
    const model = id === undefined ? undefined : models[id];
    if (!model || id === undefined || rest === undefined) return json(404, { error: 'Repository not found' });
    if (model.token && request.headers.authorization !== `Bearer ${model.token}`) {
      return json(401, { error: 'Access to this model is restricted' });
    }
    if (api && rest.startsWith('revision/')) {
      if (!['main', 'HEAD', COMMIT].includes(rest.slice('revision/'.length)))
        return json(404, { error: 'Invalid rev' });
      return json(200, {
        _id: '1',
        id,
        sha: COMMIT,
        private: false,
        gated: model.token ? 'manual' : false,
        likes: 0,
        downloads: 0,
        lastModified: '2024-01-01T00:00:00.000Z',
        config: model.config ?? {},
        cardData: model.licence ? { license: model.licence } : {},
      });
    }
    if (api && rest.startsWith('tree/')) {
      return json(
        200,
        Object.entries(model.files).map(([path, content]) => {
          const bytes = bytesOf(content);
          const large = LARGE.test(path)
            ? { lfs: { oid: etagOf(path, bytes), size: bytes.length, pointerSize: 134 } }
            : {};
          return { type: 'file', oid: gitHash(bytes), size: bytes.length, path, ...large };
        }),
      );
    }
    const path = decodeURIComponent(/^resolve\/[^/]+\/(.+)$/.exec(rest)?.[1] ?? '');
    const content = model.files[path];
    if (content === undefined) {
      return void response.writeHead(404, { ...common(), 'X-Error-Code': 'EntryNotFound' }).end();
    }
    if (LARGE.test(path)) {
      return void response.writeHead(302, { ...common(), Location: `${storageUrl}/${id}/${path}` }).end();
    }
    sendFile(request, response, `${id}/${path}`, bytesOf(content));
  });
  const url = await listen(hub);

  return {
    url,
    storageUrl,
    requests,
    models,
    breakAfter,
    damaged,
    get grantsRanges() {
      return state.grantsRanges;
    },
    set grantsRanges(grants) {
      state.grantsRanges = grants;
    },
    async close() {
      for (const server of [hub, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

const common = (): Record<string, string> => ({
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': '*, Authorization, Range',
  'Access-Control-Expose-Headers': 'ETag, Content-Range, Content-Length, X-Linked-ETag, X-Error-Code, Link',
  'Accept-Ranges': 'bytes',
});

const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

const gitHash = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

const etagOf = (path: string, bytes: Uint8Array): string =>
  LARGE.test(path) ? createHash('sha256').update(bytes).digest('hex') : gitHash(bytes);

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

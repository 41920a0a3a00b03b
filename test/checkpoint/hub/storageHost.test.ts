// Large files come from another origin than the Hub: what is asked of which, in which order, and how a download goes on there.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  describeModel,
  HubCache,
  memoryFileStore,
  parseHubId,
  type FileStore,
  type HubOptions,
} from '../../../src/checkpoint/index';
import { COMMIT, hubMirror, type HubMirror } from '../../support/hubMirror';
import { labErrorOf } from '../writeBytes';

const WEIGHTS = 'model.safetensors';
const SIZE = 2000;
const TOKEN = 'hf_abcdefgh';
const weights = Uint8Array.from({ length: SIZE }, (_, index) => (index * 31 + (index >> 8)) & 255);
const otherWeights = weights.map((byte) => byte ^ 255);

let mirror: HubMirror;
beforeAll(async () => {
  const files = { 'config.json': '{"model_type":"llama"}', [WEIGHTS]: weights };
  mirror = await hubMirror({
    'lab/large': { files },
    'lab/gated': { files, token: TOKEN },
    'lab/empty': { files: { ...files, 'README.md': '' } },
  });
});
afterAll(() => mirror.close());
beforeEach(() => mirror.reset());

async function download(store: FileStore = memoryFileStore(), id = 'lab/large', more: HubOptions = {}) {
  const options = { hubUrl: mirror.url, ...more };
  const model = await describeModel(parseHubId(id), options);
  const { tree } = await new HubCache(store).download(model, options);
  const source = tree.open(WEIGHTS)!;
  return source.read(0, source.size);
}

/** A store in which an earlier visit left the beginning of the weights. */
async function begun(bytes: Uint8Array): Promise<FileStore> {
  const store = memoryFileStore();
  const model = await describeModel(parseHubId('lab/large'), { hubUrl: mirror.url });
  const { etag } = model.files.find(({ name }) => name === WEIGHTS)!;
  const appender = await store.append(`blob-${etag}`);
  await appender.write(bytes);
  await appender.close();
  mirror.requests.length = 0;
  return store;
}

/** Host and range of each request for the weights. */
const asked = () =>
  mirror.requests.filter(({ path }) => path.includes(WEIGHTS)).map(({ host, range }) => `${host} ${range ?? 'all'}`);
const inTurn = (...ranges: string[]) => ranges.flatMap((range) => [`hub ${range}`, `storage ${range}`]);

describe('a file of the storage host', () => {
  it('is asked for whole at first, through the Hub, and nothing is asked by another method', async () => {
    expect(new URL(mirror.url).origin).not.toBe(new URL(mirror.storageUrl).origin);
    expect(await download()).toEqual(weights);
    expect(asked()).toEqual(inTurn('all'));
    expect(new Set(mirror.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(mirror.requests.filter(({ range }) => range !== undefined)).toEqual([]);
    expect(mirror.requests.find(({ path }) => path.endsWith('/config.json'))?.path).toBe(
      `/lab/large/resolve/${COMMIT}/config.json`,
    );
  });

  it.each([[[1]], [[700]], [[700, 800]], [[1, 1, 1, 1, 1, 1]], [[SIZE - 1]]])(
    'goes on from the byte it has after connections cut at %j, each time by a new address of the Hub',
    async (cuts) => {
      mirror.breakAfter.push(...cuts);
      expect(await download()).toEqual(weights);
      let at = 0;
      expect(asked()).toEqual(inTurn('all', ...cuts.map((bytes) => `bytes=${(at += bytes)}-`)));
    },
    60_000,
  );

  it('goes on from what an earlier visit kept', async () => {
    expect(await download(await begun(weights.subarray(0, 900)))).toEqual(weights);
    expect(asked()).toEqual(inTurn('bytes=900-'));
  });

  it('is complete after a server answered a range with all of it', async () => {
    mirror.grantsRanges = false;
    mirror.breakAfter.push(700, 800);
    expect(await download()).toEqual(weights);
    expect(asked()).toEqual(inTurn('all', 'bytes=700-', 'bytes=800-'));
  });

  it.each([
    ['the address ran out', [null, 403], inTurn('all', 'bytes=700-', 'bytes=700-')],
    ['the address ran out before the first byte', [403], inTurn('all', 'all', 'bytes=700-')],
    ['the host is overloaded', [null, 503, 503], inTurn('all', 'bytes=700-', 'bytes=700-', 'bytes=700-')],
    ['the host hangs up', [null, 'drop'], inTurn('all', 'bytes=700-', 'bytes=700-')],
  ] as const)(
    'is asked for again through the Hub where %s',
    async (_, refusals, requests) => {
      mirror.breakAfter.push(700);
      mirror.storageRefuses.push(...refusals);
      expect(await download()).toEqual(weights);
      expect(asked()).toEqual(requests);
    },
    60_000,
  );

  it('that the host goes on refusing ends in an error that names the host, and keeps what came', async () => {
    mirror.breakAfter.push(700);
    mirror.storageRefuses.push(null, ...Array.from({ length: 9 }, () => 403 as const));
    const store = memoryFileStore();
    const error = await labErrorOf(download(store));
    expect(error.code).toBe('hub/storage-refused');
    expect(error.message).toContain(new URL(mirror.storageUrl).host);
    expect(error.message).toContain('403');
    mirror.reset();
    expect(await download(store)).toEqual(weights);
    expect(asked()).toEqual(inTurn('bytes=700-'));
  });
});

describe('a file that changed while it was fetched', () => {
  it('is begun again where the host names another version of it', async () => {
    mirror.breakAfter.push(700);
    mirror.damaged.set(`lab/large/${WEIGHTS}`, otherWeights);
    // The wrong file up to the cut, the right one from then on.
    mirror.storageEtags.push('before', 'now', 'now');
    const arrived = download();
    await vi.waitUntil(() => asked().includes('storage all'), { interval: 1 });
    mirror.damaged.clear();
    expect(await arrived).toEqual(weights);
    expect(asked()).toEqual(inTurn('all', 'bytes=700-', 'all'));
  });

  it('is complete where the host names every answer otherwise and connections go on breaking', async () => {
    mirror.breakAfter.push(700, Infinity, 600, 500);
    mirror.storageEtags.push('a', 'b', 'c', 'd', 'e');
    expect(await download()).toEqual(weights);
    expect(asked()).toEqual(inTurn('all', 'bytes=700-', 'all', 'bytes=600-', 'bytes=1100-'));
  });

  it.each([
    ['is not the part that was asked for', () => (mirror.rangeOffset = -5)],
    ['is not there, the file being shorter', () => (mirror.rangeOffset = SIZE)],
  ])('is begun again where the part that comes %s', async (_, misbehave) => {
    const store = await begun(weights.subarray(0, 900));
    misbehave();
    expect(await download(store)).toEqual(weights);
    expect(asked()).toEqual(inTurn('bytes=900-', 'all'));
  });

  it.each([
    ['the beginning', 900, inTurn('bytes=900-', 'all')],
    ['all of it', SIZE, inTurn('all')],
  ])('is fetched once more where %s that an earlier visit kept is of another file', async (_, bytes, requests) => {
    expect(await download(await begun(otherWeights.subarray(0, bytes)))).toEqual(weights);
    expect(asked()).toEqual(requests);
  });

  it('is given up after the second time, and nothing of it stays', async () => {
    const store = await begun(otherWeights.subarray(0, 900));
    mirror.damaged.set(`lab/large/${WEIGHTS}`, otherWeights);
    expect((await labErrorOf(download(store))).code).toBe('hub/damaged');
    expect(asked()).toEqual(inTurn('bytes=900-', 'all'));
    mirror.reset();
    expect(await download(store)).toEqual(weights);
    expect(asked()).toEqual(inTurn('all'));
  });
});

it('a token goes to the Hub with every request for a file and to the storage host with none, ranges included', async () => {
  mirror.breakAfter.push(700);
  mirror.storageRefuses.push(null, 403);
  expect(await download(memoryFileStore(), 'lab/gated', { token: TOKEN })).toEqual(weights);
  const stored = mirror.requests.filter(({ host }) => host === 'storage');
  expect(stored.map(({ range }) => range)).toEqual([undefined, 'bytes=700-', 'bytes=700-']);
  expect(stored.filter(({ authorised }) => authorised)).toEqual([]);
  expect(mirror.requests.filter(({ host, authorised }) => host === 'hub' && !authorised)).toEqual([]);
});

it('a model with an empty file opens without the Hub', async () => {
  const store = memoryFileStore();
  await download(store, 'lab/empty');
  const tree = (await new HubCache(store).open('lab/empty'))!;
  expect(tree.open('README.md')!.size).toBe(0);
});

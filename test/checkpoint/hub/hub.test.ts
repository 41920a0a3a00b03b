// The Hub, against a mirror on this machine: what is told before a download, how downloads go on, what is kept, and what
// is refused by name.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  describeModel,
  HubCache,
  isHubId,
  memoryFileStore,
  parseHubId,
  type HubOptions,
} from '../../../src/checkpoint/index';
import { openModel } from '../../../src/lab/index';
import { tinyLlama } from '../../lab/vocabulary/letters';
import { COMMIT, hubMirror, type HubMirror } from '../../support/hubMirror';
import { tinyGguf } from '../gguf/tinyGguf';
import { labErrorOf } from '../writeBytes';

let mirror: HubMirror;
let options: HubOptions;
let files: Record<string, Uint8Array>;
const TOKEN = 'hf_abcdefgh';

beforeAll(async () => {
  const tree = await tinyLlama();
  files = {};
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    files[name] = await source.read(0, source.size);
  }
  const config = { architectures: ['LlamaForCausalLM'], model_type: 'llama' };
  mirror = await hubMirror({
    'lab/tiny': {
      files: { ...files, 'pytorch_model.bin': 'x'.repeat(5000), '.gitattributes': '' },
      licence: 'mit',
      config,
    },
    'lab/twin': { files, licence: 'mit', config },
    'lab/gated': { files, token: TOKEN },
    'lab/gguf': { files: { 'tiny.gguf': tinyGguf('llama'), 'README.md': '' } },
    'lab/ggufs': { files: { 'a.gguf': tinyGguf('llama'), 'b.gguf': tinyGguf('qwen2') } },
    'lab/pickled': { files: { 'config.json': '{}', 'pytorch_model.bin': 'x' } },
  });
});
afterAll(() => mirror.close());
beforeEach(() => {
  mirror.reset();
  options = { hubUrl: mirror.url };
});

const describeIt = (id: string, more: HubOptions = {}) => describeModel(parseHubId(id), { ...options, ...more });

describe('names of models', () => {
  it.each([
    ['HuggingFaceTB/SmolLM2-135M', { name: 'HuggingFaceTB/SmolLM2-135M', revision: 'main' }],
    ['a/b@v1.0', { name: 'a/b', revision: 'v1.0' }],
    ['a/b/x-Q4_K_M.gguf', { name: 'a/b', revision: 'main', file: 'x-Q4_K_M.gguf' }],
    ['a/b@dev/sub/x.gguf', { name: 'a/b', revision: 'dev', file: 'sub/x.gguf' }],
    [' https://huggingface.co/a/b ', { name: 'a/b', revision: 'main' }],
  ])('%s is understood', (text, id) => expect(parseHubId(text)).toEqual(id));

  it.each(['', 'a', 'a/b/c', '../b', 'a/..', 'a/b@', 'a/b/../x.gguf', 'a/b?x=1', 'a/b#x', 'a b/c', 'a/b/x.bin'])(
    '%j is refused',
    async (text) => {
      expect(isHubId(text)).toBe(false);
      expect((await labErrorOf(() => parseHubId(text))).code).toBe('hub/bad-id');
    },
  );
});

describe('before a download', () => {
  it('tells files, sizes, licence, architecture and commit, and has asked for no file', async () => {
    const model = await describeIt('lab/tiny');
    expect(model).toMatchObject({
      id: 'lab/tiny',
      commit: COMMIT,
      licence: 'mit',
      architecture: 'LlamaForCausalLM',
      gated: false,
    });
    expect(model.files.map(({ name }) => name)).toContain('pytorch_model.bin');
    expect(model.wanted.map(({ name }) => name).sort()).toEqual(Object.keys(files).sort());
    expect(model.wantedBytes).toBe(Object.values(files).reduce((sum, { length }) => sum + length, 0));
    expect(mirror.requests.every(({ path }) => path.startsWith('/api/'))).toBe(true);
    expect(mirror.requests.some(({ authorised }) => authorised)).toBe(false);
  });

  it('offers the GGUF files of a model that has several, and takes the one that is named', async () => {
    const several = await describeIt('lab/ggufs');
    expect([several.wanted, several.choices.map(({ name }) => name)]).toEqual([[], ['a.gguf', 'b.gguf']]);
    const error = await labErrorOf(new HubCache(memoryFileStore()).download(several, options));
    expect(error.code).toBe('hub/choose-file');
    expect((await describeIt('lab/ggufs/b.gguf')).wanted.map(({ name }) => name)).toEqual(['b.gguf']);
  });

  it.each<[string, string, HubOptions, RegExp]>([
    ['lab/none', 'hub/not-found', {}, /`lab\/none`/],
    ['lab/tiny@gone', 'hub/not-found', {}, /`lab\/tiny@gone`/],
    ['lab/ggufs/c.gguf', 'hub/not-found', {}, /`c.gguf`/],
    ['lab/gated', 'hub/not-allowed', {}, /status 401/],
    ['lab/gated', 'hub/not-allowed', { token: 'hf_wrong' }, /status 401/],
    ['lab/tiny', 'hub/bad-token', { token: 'secret' }, /not a token/],
    ['lab/pickled', 'hub/no-weights', {}, /`pytorch_model.bin`/],
    ['lab/tiny', 'hub/unreachable', { hubUrl: 'http://127.0.0.1:1' }, /could not be reached/],
  ])('%s: %s', async (id, code, more, message) => {
    const error = await labErrorOf(describeIt(id, more));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(JSON.stringify(error)).not.toContain(more.token ?? 'hf_');
  });

  it('a gated model opens with its token, which goes to the Hub and not to where files are stored', async () => {
    const model = await describeIt('lab/gated', { token: TOKEN });
    expect(model.gated).toBe(true);
    await new HubCache(memoryFileStore()).download(model, { ...options, token: TOKEN });
    const stored = mirror.requests.filter(({ host }) => host === 'storage');
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.some(({ authorised }) => authorised)).toBe(false);
    expect(mirror.requests.filter(({ path }) => path.includes('/resolve/')).every(({ authorised }) => authorised)).toBe(
      true,
    );
  });

  it('the token is in nothing that is kept', async () => {
    const store = memoryFileStore();
    await new HubCache(store).download(await describeIt('lab/gated', { token: TOKEN }), { ...options, token: TOKEN });
    for (const name of await store.list()) {
      const source = (await store.open(name, name))!;
      expect(new TextDecoder('latin1').decode(await source.read(0, source.size))).not.toContain(TOKEN);
    }
  });
});

const weightRanges = () =>
  mirror.requests.filter(({ path }) => /\/model\.safetensors(\?|$)/.test(path)).map(({ range }) => range);

describe('a download', () => {
  it('opens as a model, says how far it is, and is not fetched a second time', async () => {
    const cache = new HubCache(memoryFileStore());
    const model = await describeIt('lab/tiny');
    const seen: number[] = [];
    const { tree, warning } = await cache.download(model, options, (done) => seen.push(done));
    expect(warning).toBeUndefined();
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(model.wantedBytes);
    expect((await openModel(tree, 'hub')).summary).toMatchObject({ name: 'tiny', source: 'hub' });
    mirror.requests.length = 0;
    await cache.download(model, options);
    expect(mirror.requests).toEqual([]);
    const again = (await cache.open('lab/tiny'))!;
    expect(again.list()).toEqual(tree.list());
    // Two models with the same files share them.
    await cache.download(await describeIt('lab/twin'), options);
    expect(mirror.requests.filter(({ path }) => path.includes('resolve'))).toEqual([]);
  });

  it('opens a GGUF file', async () => {
    const { tree } = await new HubCache(memoryFileStore()).download(await describeIt('lab/gguf'), options);
    expect((await openModel(tree, 'hub')).summary).toMatchObject({ name: 'tiny', family: 'llama' });
  });

  it('goes on by itself where the connection breaks off, from the byte it has', async () => {
    const { tree } = await breakingDownload(new HubCache(memoryFileStore()));
    const source = tree.open('model.safetensors')!;
    expect(await source.read(0, source.size)).toEqual(files['model.safetensors']);
    expect(new Set(weightRanges())).toEqual(new Set([undefined, 'bytes=700-', 'bytes=1500-']));
  });

  async function breakingDownload(cache: HubCache) {
    const model = await describeIt('lab/tiny');
    mirror.breakAfter.push(700, 800);
    return cache.download(model, options);
  }

  it('that was cancelled is listed as begun, and goes on in another session where it stopped', async () => {
    const store = memoryFileStore();
    const model = await describeIt('lab/tiny');
    const total = model.wantedBytes;
    const controller = new AbortController();
    mirror.breakAfter.push(900);
    const stopped = new HubCache(store).download(model, { ...options, signal: controller.signal }, (done) => {
      if (done >= total - files['model.safetensors']!.length + 900) controller.abort();
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const [begun] = await new HubCache(store).list();
    expect(begun).toMatchObject({ id: 'lab/tiny', complete: false, totalBytes: total });
    expect(begun!.bytes).toBe(total - files['model.safetensors']!.length + 900);
    expect(await new HubCache(store).open('lab/tiny')).toBeUndefined();
    mirror.requests.length = 0;
    mirror.breakAfter.length = 0;
    await new HubCache(store).download(model, options);
    expect(weightRanges()).toEqual(['bytes=900-', 'bytes=900-']);
    expect(mirror.requests.filter(({ path }) => path.includes('config.json'))).toEqual([]);
    expect((await new HubCache(store).list())[0]).toMatchObject({ complete: true, bytes: total });
  });

  it('works where the server grants no ranges', async () => {
    mirror.grantsRanges = false;
    const { tree } = await breakingDownload(new HubCache(memoryFileStore()));
    const source = tree.open('model.safetensors')!;
    expect(await source.read(0, source.size)).toEqual(files['model.safetensors']);
  });

  it('that is not what its hash says is thrown away', async () => {
    const store = memoryFileStore();
    const wrong = files['model.safetensors']!.slice();
    wrong[wrong.length - 1]! ^= 1;
    mirror.damaged.set('lab/tiny/model.safetensors', wrong);
    const error = await labErrorOf(new HubCache(store).download(await describeIt('lab/tiny'), options));
    expect(error.code).toBe('hub/damaged');
    expect(error.message).toContain('`model.safetensors`');
    mirror.damaged.clear();
    const config = files['config.json']!.slice();
    config[0]! ^= 1;
    mirror.damaged.set('lab/gated/config.json', config);
    await new HubCache(store).remove('lab/tiny');
    const gated = await describeIt('lab/gated', { token: TOKEN });
    expect((await labErrorOf(new HubCache(store).download(gated, { ...options, token: TOKEN }))).code).toBe(
      'hub/damaged',
    );
  });

  it('that does not fit stays in memory, with a warning, and is not listed as kept', async () => {
    const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    const cache = new HubCache(memoryFileStore(total - 500));
    const { tree, warning } = await cache.download(await describeIt('lab/tiny'), options);
    expect(warning?.code).toBe('hub/not-kept');
    expect((await openModel(tree, 'hub')).summary.name).toBe('tiny');
    expect(await cache.open('lab/tiny')).toBeUndefined();
    expect((await cache.list()).every(({ complete }) => !complete)).toBe(true);
  });

  it('is removed with its files, but not with those that another model has', async () => {
    const store = memoryFileStore();
    const cache = new HubCache(store);
    await cache.download(await describeIt('lab/tiny'), options);
    await cache.download(await describeIt('lab/twin'), options);
    await cache.download(await describeIt('lab/gguf'), options);
    await cache.remove('lab/tiny');
    expect((await cache.list()).map(({ id, complete }) => [id, complete]).sort()).toEqual([
      ['lab/gguf', true],
      ['lab/twin', true],
    ]);
    await cache.remove('lab/twin');
    await cache.remove('lab/gguf');
    expect(await store.list()).toEqual([]);
  });
});

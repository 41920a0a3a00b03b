import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  blobSource,
  chunksOf,
  directorySink,
  directoryTree,
  openCheckpoint,
  openRunStore,
  openSafetensors,
  privateDirectory,
  safetensorsFile,
  sha256,
  tensorOf,
  writeFile,
  type FileContent,
} from '../../src/checkpoint/index';

const bytesOf = async (content: FileContent): Promise<number[]> => {
  const bytes: number[] = [];
  for await (const chunk of chunksOf(content)) bytes.push(...chunk);
  return bytes;
};
const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? error,
  );
async function* failing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(5);
  throw new DOMException('full', 'QuotaExceededError');
}

let directory: FileSystemDirectoryHandle;
beforeEach(async () => {
  directory = await privateDirectory('test', crypto.randomUUID());
});
afterEach(async () => {
  await (await navigator.storage.getDirectory()).removeEntry('test', { recursive: true });
});

describe('the private file system', () => {
  it('takes a model folder as streams and opens it again', async () => {
    const weights = safetensorsFile([tensorOf('w', 'F32', [2, 2], Float32Array.of(1, 2, 3, 4))]);
    const sink = directorySink(directory);
    await sink.write('config.json', '{"model_type":"llama"}');
    await sink.write('model.safetensors', weights.stream());
    await sink.close();
    const checkpoint = await openCheckpoint(await directoryTree(directory));
    expect([...(await checkpoint.tensors.get('w')!.readF32({ start: 1, end: 2 }))]).toEqual([3, 4]);
    const file = await (await directory.getFileHandle('model.safetensors')).getFile();
    expect(file.size).toBe(weights.size);
    expect((await sha256(file)).hex).toBe((await sha256(weights.stream())).hex);
    expect((await openSafetensors(blobSource('again', file))).tensors.size).toBe(1);
  });

  it('keeps the old file when a write fails, and leaves no new one behind', async () => {
    await writeFile(directory, 'kept', 'before');
    expect(await codeOf(writeFile(directory, 'kept', failing()))).toBe('storage/quota');
    expect(await codeOf(writeFile(directory, 'fresh', failing()))).toBe('storage/quota');
    const tree = await directoryTree(directory);
    expect(tree.list()).toEqual(['kept']);
    expect(await bytesOf(await tree.open('kept')!.read(0, 6))).toEqual([...new TextEncoder().encode('before')]);
  });
});

describe('RunStore', () => {
  it('saves a folder, lists it, loads it and forgets it', async () => {
    const store = await openRunStore(directory);
    expect(await store.load('last')).toBeUndefined();
    await store.save('last', { 'run.json': '{"a":1}', 'rows.bin': new Uint8Array([1, 2, 3]) });
    expect(await store.list()).toMatchObject([{ name: 'last', bytes: 10, files: ['run.json', 'rows.bin'] }]);
    const tree = (await (await openRunStore(directory)).load('last'))!;
    expect(await bytesOf(await tree.open('rows.bin')!.read(0, 3))).toEqual([1, 2, 3]);
    await store.remove('last');
    expect([await store.load('last'), await store.list()]).toEqual([undefined, []]);
  });

  it('replaces a save as a whole and keeps nothing of the one before', async () => {
    const store = await openRunStore(directory);
    await store.save('last', { a: '1', b: '2' });
    await store.save('last', { a: '3' });
    expect((await store.load('last'))!.list()).toEqual(['a']);
    const folder = await directory.getDirectoryHandle('last');
    const names: string[] = [];
    for await (const [name] of folder.entries()) names.push(name);
    expect(names.length).toBe(2);
  });

  it('keeps the earlier save when a later one runs out of space, and leaves no half of a first one', async () => {
    const store = await openRunStore(directory);
    await store.save('last', { a: 'whole' });
    expect(await codeOf(store.save('last', { a: 'half', b: failing() }))).toBe('storage/quota');
    expect((await store.load('last'))!.open('a')!.size).toBe(5);
    expect(await codeOf(store.save('other', { b: failing() }))).toBe('storage/quota');
    expect((await store.list()).map(({ name }) => name)).toEqual(['last']);
  });

  it('says when a saved file was lost or cut since', async () => {
    const store = await openRunStore(directory);
    await store.save('last', { a: 'whole' });
    const folder = await directory.getDirectoryHandle('last');
    for await (const [, handle] of folder.entries()) {
      if (handle.kind === 'directory') await writeFile(handle as FileSystemDirectoryHandle, 'a', 'wh');
    }
    expect(await codeOf(store.load('last'))).toBe('storage/damaged');
  });

  it('takes no name that could leave its folder', async () => {
    const store = await openRunStore(directory);
    for (const name of ['', '..', 'a/b', '.hidden']) expect(await codeOf(store.save(name, {}))).toBe('storage/name');
  });
});

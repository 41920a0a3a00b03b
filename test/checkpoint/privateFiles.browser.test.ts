import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  blobSource,
  chunksOf,
  directorySink,
  directoryTree,
  openCheckpoint,
  openSafetensors,
  privateDirectory,
  privateFolder,
  readTextFile,
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

describe('a durable folder of the private file system', () => {
  it('writes by path, lists folders, reads back and removes', async () => {
    const folder = privateFolder(directory, 'here');
    expect(await folder.open('runs/one/a.json')).toBeUndefined();
    expect(await folder.folders('runs')).toEqual([]);
    await folder.write('runs/one/a.json', '{"a":1}');
    await folder.write('runs/two/rows.bin', new Uint8Array([1, 2, 3]));
    expect(await folder.folders('runs')).toEqual(['one', 'two']);
    expect(await readTextFile(folder, 'runs/one/a.json')).toBe('{"a":1}');
    expect(await bytesOf(await (await folder.open('runs/two/rows.bin'))!.read(0, 3))).toEqual([1, 2, 3]);
    await folder.remove('runs/one');
    expect(await folder.folders('runs')).toEqual(['two']);
    await folder.remove('runs/none');
  });

  it('keeps what was there when a write runs out of space, and leaves no half of a first one', async () => {
    const folder = privateFolder(directory, 'here');
    await folder.write('a/kept', 'whole');
    expect(await codeOf(folder.write('a/kept', failing()))).toBe('storage/quota');
    expect(await codeOf(folder.write('a/fresh', failing()))).toBe('storage/quota');
    expect(await readTextFile(folder, 'a/kept')).toBe('whole');
    expect(await folder.open('a/fresh')).toBeUndefined();
  });

  it('does not take what cannot be reached for what is not there', async () => {
    await privateFolder(directory, 'here').write('runs/one/a.json', '{}');
    const away = (name: string) => () => Promise.reject(new DOMException('gone for now', name));
    const lost = (name: string): FileSystemDirectoryHandle =>
      new Proxy(directory, {
        get: (target, key) => (key === 'getDirectoryHandle' ? away(name) : Reflect.get(target, key, target)),
      });
    expect(await privateFolder(lost('NotFoundError'), 'here').open('runs/one/a.json')).toBeUndefined();
    for (const name of ['InvalidStateError', 'NotReadableError', 'NoModificationAllowedError']) {
      const folder = privateFolder(lost(name), 'here');
      for (const work of [
        () => folder.open('runs/one/a.json'),
        () => folder.folders('runs'),
        () => folder.remove('runs/one'),
      ])
        expect(await codeOf(work())).toBe('checkpoint/unreadable');
    }
    expect(await privateFolder(directory, 'here').open('runs')).toBeUndefined();
  });

  it('lets one at a time hold a lock', async () => {
    const [one, other] = [privateFolder(directory, 'lock'), privateFolder(directory, 'lock')];
    const release = (await one.lock('experiment'))!;
    expect(await other.lock('experiment')).toBeUndefined();
    expect(await other.lock('another')).toBeDefined();
    await release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await other.lock('experiment')).toBeDefined();
  });
});

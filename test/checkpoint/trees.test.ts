import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchTree, filesTree, openCheckpoint, safetensorsFile, sha256, tensorOf } from '../../src/checkpoint/index';
import { diskFolder, fileSource, folderSink, folderTree } from '../../src/checkpoint/node';
import { createHash } from 'node:crypto';
import { bytesOf, labErrorOf } from './writeBytes';

const text = (content: string) => new Blob([content]);

describe('files that were picked or dropped', () => {
  it('lose the folders they share, and keep the name of the last one', async () => {
    const tree = filesTree([
      { path: 'models/small/config.json', file: text('{}') },
      { path: 'models/small/onnx/config.json', file: text('[]') },
    ]);
    expect([tree.name, tree.list()]).toEqual(['small', ['config.json', 'onnx/config.json']]);
    expect(await bytesOf(await tree.open('config.json')!.read(0, 2))).toEqual(new TextEncoder().encode('{}'));
    expect(tree.open('absent.json')).toBeUndefined();
  });

  it('are refused when two have one name: which is meant cannot be known', async () => {
    const files = [new File(['1'], 'config.json'), new File(['2'], 'config.json')];
    expect((await labErrorOf(() => filesTree(files))).code).toBe('checkpoint/duplicate-file');
  });

  it('a read past the end says how much was expected and found', async () => {
    const error = await labErrorOf(
      filesTree([new File(['abc'], 'a')])
        .open('a')!
        .read(0, 9),
    );
    expect(error).toMatchObject({
      code: 'checkpoint/truncated',
      message: '`a` ends early: 9 bytes expected, 3 found.',
    });
  });
});

describe('a folder behind a URL', () => {
  const weights = safetensorsFile([tensorOf('w', 'F32', [2, 2], Float32Array.of(1, 2, 3, 4))]);
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function serve(options: { ranges: boolean; fallback: boolean; sharded?: boolean }) {
    const model = await bytesOf(weights.stream());
    const files: Record<string, Uint8Array> = { 'config.json': Buffer.from('{"a":1}') };
    files[options.sharded ? 'model-1.safetensors' : 'model.safetensors'] = model;
    if (options.sharded) {
      files['model.safetensors.index.json'] = Buffer.from('{"weight_map":{"w":"model-1.safetensors"}}');
    }
    const asked: string[] = [];
    server = createServer((request, response) => {
      const file = request.url!.split('/').at(-1)!;
      const content = files[file];
      asked.push(`${file} ${request.headers.range ?? 'whole'}`);
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
      if (!content) {
        if (options.fallback) response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
        else response.writeHead(404).end();
      } else if (range && options.ranges) {
        const [start, end] = [Number(range[1]), Number(range[2]) + 1];
        const headers = { 'content-range': `bytes ${start}-${end - 1}/${content.length}` };
        response.writeHead(206, headers).end(content.subarray(start, end));
      } else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content);
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/small`, asked };
  }

  it.each([
    { ranges: true, fallback: false },
    { ranges: false, fallback: true },
    { ranges: true, fallback: true, sharded: true },
  ])('opens with %o', async (options) => {
    const { url, asked } = await serve(options);
    const checkpoint = await openCheckpoint(await fetchTree(url));
    expect([checkpoint.name, checkpoint.config]).toEqual(['small', { a: 1 }]);
    expect([...(await checkpoint.tensors.get('w')!.readF32({ start: 1, end: 2 }))]).toEqual([3, 4]);
    expect(asked.filter((line) => line.startsWith('model') && line.endsWith(`-${weights.size - 1}`)).length).toBe(
      options.ranges ? 1 : 0,
    );
  });
});

describe('a folder under Node', () => {
  it('is written in full or not at all, and read back', async () => {
    const path = await mkdtemp(join(tmpdir(), 'tokengraft-'));
    try {
      const sink = await folderSink(join(path, 'deep', 'out'));
      await sink.write('config.json', '{}');
      const failing = (async function* () {
        yield new Uint8Array(3);
        throw new Error('the reader broke');
      })();
      expect((await labErrorOf(sink.write('config.json', failing))).code).toBe('storage/write');
      await sink.close();
      expect(await readdir(join(path, 'deep', 'out'))).toEqual(['config.json']);
      const tree = await folderTree(join(path, 'deep', 'out'));
      expect([tree.name, tree.open('config.json')!.size]).toEqual(['out', 2]);
      await writeFile(join(path, 'deep', 'out', 'config.json'), '');
      expect((await labErrorOf(tree.open('config.json')!.read(0, 2))).code).toBe('checkpoint/truncated');
    } finally {
      await rm(path, { recursive: true });
    }
  });

  it('does not take what cannot be told for what is not there', async () => {
    expect(await fileSource('/nowhere/at/all')).toBeUndefined();
    // No disk has a name as long: whether there is such a file is not answered.
    const unanswered = 'a'.repeat(300);
    expect(await labErrorOf(fileSource(join(tmpdir(), unanswered)))).toMatchObject({ code: 'checkpoint/unreadable' });
    const path = await mkdtemp(join(tmpdir(), 'tokengraft-'));
    try {
      const folder = await diskFolder(path);
      expect([await folder.open('none'), await folder.folders('none')]).toEqual([undefined, []]);
      expect(await labErrorOf(folder.open(unanswered))).toMatchObject({ code: 'checkpoint/unreadable' });
      expect(await labErrorOf(folder.folders(unanswered))).toMatchObject({ code: 'checkpoint/unreadable' });
    } finally {
      await rm(path, { recursive: true });
    }
  });

  it('that is not there is named', async () => {
    expect(await labErrorOf(folderTree('/nowhere/at/all'))).toMatchObject({ code: 'checkpoint/missing-folder' });
  });
});

describe('sha256', () => {
  it('agrees with the platform, however the bytes are cut', async () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
      const cut = async function* () {
        for (let at = 0, step = 1; at < length; at += step, step = (step * 3) % 101)
          yield bytes.subarray(at, at + step);
      };
      const expected = createHash('sha256').update(bytes).digest('hex');
      expect(await sha256(cut())).toEqual({ hex: expected, bytes: length });
    }
  });
});

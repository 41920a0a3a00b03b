import { unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openZip, zipSink, zipStream } from '../../src/checkpoint/index';
import { bytesOf, labErrorOf, seeded } from './writeBytes';
import { LabError } from '../../src/error';

const config = '{"vocab_size": 4160}';
const weights = Uint8Array.from({ length: 100_000 }, (_, i) => i * 31);
const chunked = async function* () {
  for (let at = 0; at < weights.length; at += 7777) yield weights.subarray(at, at + 7777);
};
const zipped = () =>
  bytesOf(
    zipStream([
      { name: 'config.json', content: config },
      { name: 'model.safetensors', content: chunked() },
      { name: 'tokenizer/名.json', content: new Blob(['[]']) },
    ]),
  );

describe('zip', () => {
  it('is opened again by ranges and by another program, to the same bytes', async () => {
    const bytes = await zipped();
    for (const zip of [bytes, new Blob([bytes as Uint8Array<ArrayBuffer>])]) {
      const tree = await openZip(zip);
      expect(tree.list()).toEqual(['config.json', 'model.safetensors', 'tokenizer/名.json']);
      const model = tree.open('model.safetensors')!;
      expect(Buffer.compare(await model.read(0, model.size), weights)).toBe(0);
      expect(await model.read(500, 510)).toEqual(weights.slice(500, 510));
    }
    const other = unzipSync(bytes);
    expect(new TextDecoder().decode(other['config.json'])).toBe(config);
    expect(Buffer.compare(other['model.safetensors']!, weights)).toBe(0);
  });

  it('written file by file through a sink is the same folder', async () => {
    const { sink, stream } = zipSink();
    const reading = bytesOf(stream);
    await sink.write('config.json', config);
    await sink.write('model.safetensors', chunked());
    await sink.close();
    const tree = await openZip(await reading);
    expect(tree.list()).toEqual(['config.json', 'model.safetensors']);
    expect(tree.open('model.safetensors')!.size).toBe(weights.length);
  });

  it('fails at both ends when a file fails half-way', async () => {
    const { sink, stream } = zipSink();
    const reading = bytesOf(stream).catch((error: unknown) => error);
    const broken = (async function* () {
      yield new Uint8Array(10);
      throw new LabError('checkpoint/unreadable', 'gone');
    })();
    expect((await labErrorOf(sink.write('a', broken))).code).toBe('checkpoint/unreadable');
    expect(await reading).toBeInstanceOf(LabError);
  });

  it.each([0, 1, 3])('lets go of the writer when the reader stops after %i chunks', async (chunks) => {
    const { sink, stream } = zipSink();
    const reader = stream.getReader();
    const writing = labErrorOf(sink.write('model.safetensors', chunked()));
    for (let i = 0; i < chunks; i++) await reader.read();
    await reader.cancel();
    expect((await writing).code).toBe('cancelled');
    expect((await labErrorOf(sink.write('next', 'x'))).code).toBe('cancelled');
  });

  it('refuses a compressed zip by name, and a cut one', async () => {
    const compressed = zipSync({ 'config.json': new Uint8Array(1000) }, { level: 9 });
    expect(await labErrorOf(openZip(compressed))).toMatchObject({
      code: 'checkpoint/zip-unsupported',
      details: { entry: 'config.json' },
    });
    const bytes = await zipped();
    for (const cut of [0, 10, 21, bytes.length >> 1, bytes.length - 1]) {
      expect((await labErrorOf(openZip(bytes.slice(0, cut)))).code).toBe('checkpoint/zip-format');
    }
  });

  it('survives 1,000 mutations of its directory: read or refused with a LabError', async () => {
    const bytes = await bytesOf(
      zipStream([
        { name: 'a', content: 'first' },
        { name: 'b', content: 'second' },
      ]),
    );
    let refused = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const random = seeded(seed);
      const mutated = bytes.slice();
      for (let edits = 0; edits <= seed % 3; edits++) mutated[Math.floor(random() * bytes.length)] = random() * 256;
      try {
        const tree = await openZip(mutated);
        for (const name of tree.list()) await tree.open(name)!.read(0, tree.open(name)!.size);
      } catch (error) {
        if (!(error instanceof LabError)) throw new Error(`seed ${seed}`, { cause: error });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
  });
});

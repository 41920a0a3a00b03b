// A GGUF file of our own form, cut short and with bytes of its header changed, one at a time.
import { describe, expect, it } from 'vitest';
import { bytesSource, ggufTree } from '../../../src/checkpoint/index';
import { readGgufHeader } from '../../../src/checkpoint/gguf/header';
import { SEAL_KEY, sealOf } from '../../../src/checkpoint/gguf/seal';
import { LabError } from '../../../src/error';
import { openModel, writeGguf } from '../../../src/lab/index';
import { tinyLlama } from '../vocabulary/letters';
import { memorySink } from './memorySink';

/** Of the header: [start, end). */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

async function file(): Promise<Uint8Array<ArrayBuffer>> {
  const { sink, files } = memorySink();
  const model = await openModel(await tinyLlama({ tied: false, spareRows: 3 }), 'folder');
  return files.get(await writeGguf(sink, { model }, 'Q8_0'))!.slice();
}

/** What opening says: a LabError's code, or nothing where the file opens. Any other error is thrown. */
async function complaint(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  try {
    await openModel(await ggufTree(bytesSource('damaged.gguf', bytes)), 'folder');
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error.code;
    throw error;
  }
}

/** The positions of a stretch at which a changed byte is not complained about. */
async function unnoticed(bytes: Uint8Array<ArrayBuffer>, { start, end }: Stretch): Promise<number[]> {
  const positions: number[] = [];
  for (const mask of [0x01, 0x20, 0x80, 0xff]) {
    for (let at = start; at < end; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= mask;
      if ((await complaint(damaged)) === undefined) positions.push(at);
    }
  }
  return positions;
}

/** Where the entries of tensors stand: behind the metadata, up to the padding before the first tensor. */
async function tensorEntries(bytes: Uint8Array<ArrayBuffer>): Promise<Stretch> {
  const { tensors } = await readGgufHeader(bytesSource('whole.gguf', bytes));
  const sizes = tensors.map(({ name, shape }) => 8 + name.length + 4 + 8 * shape.length + 4 + 8);
  const first = new TextDecoder('latin1').decode(bytes).indexOf(tensors[0]!.name) - 8;
  return { start: first, end: first + sizes.reduce((sum, size) => sum + size, 0) };
}

describe('a damaged GGUF file', () => {
  it('ends in an error wherever it is cut', async () => {
    const bytes = await file();
    expect(await complaint(bytes)).toBeUndefined();
    for (let length = 0; length < bytes.length - 32; length += 13) {
      expect(await complaint(bytes.slice(0, length)), `${length} bytes`).toBeDefined();
    }
  });

  it('ends in an error where its magic, version, or counts are others; version 2 has the same form', async () => {
    expect(await unnoticed(await file(), { start: 0, end: 24 })).toEqual([4]);
  });

  it('ends in an error where a name, shape, type or place of a tensor is another', async () => {
    const bytes = await file();
    const entries = await tensorEntries(bytes);
    expect(entries.end - entries.start).toBeGreaterThan(900);
    expect(await unnoticed(bytes, entries)).toEqual([]);
  });

  it('ends in an error where what it says of model or tokenizer is another', async () => {
    const bytes = await file();
    const { start: end } = await tensorEntries(bytes);
    const latin = new TextDecoder('latin1').decode(bytes);
    const [model, seal] = [latin.indexOf('llama.') - 8, latin.indexOf(SEAL_KEY)];
    expect([latin.lastIndexOf('general.') < model, seal + SEAL_KEY.length + 4 + 8 + 64]).toEqual([true, end]);
    const found = await unnoticed(bytes, { start: model, end });
    // Under another key the checksum is not found.
    expect(found.filter((at) => at < seal || at >= seal + SEAL_KEY.length)).toEqual([]);
  });

  it('says how to open one that was changed on purpose', async () => {
    const bytes = await file();
    const { start } = await tensorEntries(bytes);
    bytes[start - 1]! ^= 1;
    const opened = ggufTree(bytesSource('changed.gguf', bytes));
    await expect(opened).rejects.toMatchObject({ hint: expect.stringContaining(SEAL_KEY) as string });
  });
});

describe('the checksum', () => {
  it('holds where other types, other general keys or another order were written', () => {
    const entry = (key: string, value: number) => [key, Uint8Array.of(value)] as const;
    const written = new Map([entry('llama.a', 1), entry('general.file_type', 2), entry('tokenizer.b', 3)]);
    const sum = sealOf(written);
    expect(sealOf(new Map([...written].reverse()).set('general.file_type', Uint8Array.of(7)))).toBe(sum);
    expect(sealOf(new Map(written).set('llama.a', Uint8Array.of(9)))).not.toBe(sum);
    expect(sealOf(new Map(written).set('llama.c', Uint8Array.of(1)))).not.toBe(sum);
  });
});

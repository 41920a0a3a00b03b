// A GGUF file of our own form, cut short and with bytes of its header changed, one at a time.
import { describe, expect, it } from 'vitest';
import { bytesSource, ggufTree } from '../../../src/checkpoint/index';
import { readGgufHeader } from '../../../src/checkpoint/gguf/header';
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

  // A key that the lab can do without, and a value that a file could have, cannot be told from what was written.
  it('ends in an error, or opens with another value, where its metadata are others', async () => {
    const bytes = await file();
    const { start } = await tensorEntries(bytes);
    const found = await unnoticed(bytes, { start: 24, end: start });
    expect(found.length / (4 * (start - 24))).toBeLessThan(0.2);
  });
});

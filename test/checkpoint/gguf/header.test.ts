// What a GGUF header may say, and what is refused by name before a tensor is read.
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../src/checkpoint/index';
import { readGgufHeader } from '../../../src/checkpoint/gguf/header';
import { labErrorOf } from '../writeBytes';
import { F32 } from './tinyGguf';
import { writeGguf } from './writeGguf';

const read = (bytes: Uint8Array) => readGgufHeader(bytesSource('model.gguf', bytes));
const plain = (name: string, shape: readonly number[]) => {
  const length = shape.reduce((a, b) => a * b, 4);
  return { name, type: F32, shape, bytes: new Uint8Array(length) };
};
/** A copy with a little-endian number written over byte `at`. */
const patched = (bytes: Uint8Array, at: number, value: number | bigint): Uint8Array => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (typeof value === 'bigint') view.setBigUint64(at, value, true);
  else view.setUint32(at, value, true);
  return copy;
};

describe('a GGUF header', () => {
  it('gives metadata by key and tensors with rows first', async () => {
    const bytes = writeGguf(
      { 'a.text': '\ufeffx', 'a.flag': true, 'a.count': { u32: 7 }, 'a.real': { f32: 0.5 }, 'a.list': ['', '\ufeff'] },
      [plain('w', [3, 8]), plain('v', [5])],
    );
    const { metadata, tensors } = await read(bytes);
    // A byte-order mark is text like any other: it is a token of Llama 2.
    expect(metadata.text('a.text')).toBe('\ufeffx');
    expect(metadata.texts('a.list')).toEqual(['', '\ufeff']);
    expect([metadata.flag('a.flag'), metadata.whole('a.count'), metadata.number('a.real')]).toEqual([true, 7, 0.5]);
    expect(tensors.map(({ name, shape, start, end }) => [name, shape, end - start, start % 32])).toEqual([
      ['w', [3, 8], 96, 0],
      ['v', [5], 20, 0],
    ]);
  });

  it('is read with a few small reads, however large the file', async () => {
    const bytes = writeGguf({ 'a.list': Array.from({ length: 5000 }, (_, i) => `token ${i}`) }, [
      plain('w', [1024, 1024]),
    ]);
    const inner = bytesSource('model.gguf', bytes);
    let asked = 0;
    const counted = {
      ...inner,
      read: (start: number, end: number) => ((asked += end - start), inner.read(start, end)),
    };
    await readGgufHeader(counted);
    expect(asked).toBeLessThanOrEqual(2 ** 20);
  });

  it('says of what kind a value should have been', async () => {
    const { metadata } = await read(writeGguf({ 'a.text': 'x' }));
    const error = await labErrorOf(() => metadata.whole('a.text'));
    expect([error.code, error.message]).toEqual([
      'checkpoint/gguf-metadata',
      '`model.gguf` has as `a.text` something other than a whole number.',
    ]);
  });

  const good = writeGguf({}, [plain('w', [4, 8])]);
  const [tensorCountAt, keyCountAt, nameAt] = [8, 16, 24];
  const entryAt = nameAt + 8 + 1;
  it.each<[string, Uint8Array, string, RegExp]>([
    ['an empty file', new Uint8Array(0), 'checkpoint/truncated', /4 bytes expected, 0 found/],
    ['another file', new TextEncoder().encode('{"not": "gguf, but long enough"}'), 'checkpoint/gguf-header', /"GGUF"/],
    [
      'a Git LFS pointer',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 988\n'),
      'checkpoint/pointer',
      /model\.gguf is a pointer of Git LFS to a file of 988 bytes/,
    ],
    ['version 1', patched(good, 4, 1), 'checkpoint/gguf-version', /version 1/],
    ['big-endian numbers', patched(good, 4, 0x03000000), 'checkpoint/gguf-version', /big-endian/],
    ['2^63 tensors', patched(good, tensorCountAt, 2n ** 63n), 'checkpoint/gguf-header', /9223372036854775808 tensors/],
    ['2^40 keys', patched(good, keyCountAt, 2n ** 40n), 'checkpoint/gguf-header', /1099511627776 metadata keys/],
    ['a name of 2^50 bytes', patched(good, nameAt, 2n ** 50n), 'checkpoint/gguf-header', /name of a tensor/],
    ['no dimensions', patched(good, entryAt, 0), 'checkpoint/gguf-tensor', /`w`.*has 0 dimensions/],
    ['2^31 dimensions', patched(good, entryAt, 2 ** 31), 'checkpoint/gguf-tensor', /2147483648 dimensions/],
    ['a dimension of 2^62', patched(good, entryAt + 4, 2n ** 62n), 'checkpoint/truncated', /`w`/],
    ['a dimension of 0', patched(good, entryAt + 4, 0n), 'checkpoint/gguf-tensor', /4 x 0|0 x 4/],
    ['a type that nobody knows', patched(good, entryAt + 20, 99), 'checkpoint/gguf-type', /type 99/],
    ['a type that is not read', patched(good, entryAt + 20, 10), 'checkpoint/gguf-type', /Q2_K/],
    ['an offset off the grid', patched(good, entryAt + 24, 4n), 'checkpoint/gguf-tensor', /starts at 4/],
    ['an offset of 2^60', patched(good, entryAt + 24, 2n ** 60n), 'checkpoint/truncated', /needs it to have/],
    ['a cut end', good.slice(0, -40), 'checkpoint/truncated', /`w`/],
    ['one tensor twice', writeGguf({}, [plain('w', [8]), plain('w', [8])]), 'checkpoint/gguf-tensor', /there twice/],
    ['an alignment of 3', writeGguf({ 'general.alignment': { u32: 3 } }), 'checkpoint/gguf-header', /alignment is 3/],
  ])('%s is refused', async (_, bytes, code, message) => {
    const error = await labErrorOf(read(bytes));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('refuses tensors that share bytes, and keys that stand twice', async () => {
    const two = writeGguf({}, [plain('w', [8]), plain('v', [8])]);
    const secondOffset = nameAt + (8 + 1 + 4 + 8 + 4 + 8) * 2 - 8;
    expect((await labErrorOf(read(patched(two, secondOffset, 0n)))).message).toMatch(/claims bytes of/);
    const keys = writeGguf({ ab: true, ac: true });
    const secondKey = 24 + (8 + 2 + 4 + 1) + 8 + 1;
    const twice = keys.slice();
    twice[secondKey] = 'b'.charCodeAt(0);
    expect((await labErrorOf(read(twice))).message).toMatch(/the key `ab` twice/);
  });
});

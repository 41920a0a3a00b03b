import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import {
  bytesSource,
  bytesPerElement,
  copyOf,
  DTYPE_BITS,
  openSafetensors,
  safetensorsFile,
  tensorOf,
  type Dtype,
  type TensorToWrite,
} from '../../src/checkpoint/index';
import { fileSource } from '../../src/checkpoint/node';
import { bytesOf, labErrorOf, rawSafetensors, seeded } from './writeBytes';

const open = (bytes: Uint8Array) => openSafetensors(bytesSource('model.safetensors', bytes));
const wholeBytes = (Object.keys(DTYPE_BITS) as Dtype[]).filter((dtype) => DTYPE_BITS[dtype] % 8 === 0);

describe('safetensors round trip', () => {
  it('gives back every name, type, shape and byte it was given, at the size it announced', async () => {
    const tensor = fc
      .record({
        name: fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => name !== '__metadata__'),
        dtype: fc.constantFrom(...wholeBytes),
        shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
        seed: fc.nat(),
      })
      .map(({ name, dtype, shape, seed }) => {
        const random = seeded(seed);
        const length = shape.reduce((a, b) => a * b, 1) * bytesPerElement(dtype);
        return { name, dtype, shape, bytes: Uint8Array.from({ length }, () => random() * 256) };
      });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 8 }), async (tensors) => {
        const file = safetensorsFile(
          tensors.map(({ name, dtype, shape, bytes }) => tensorOf(name, dtype, shape, bytes)),
        );
        const written = await bytesOf(file.stream());
        expect(written.length).toBe(file.size);
        const read = await open(written);
        expect(read.metadata).toEqual({ format: 'pt' });
        expect([...read.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
        for (const { name, dtype, shape, bytes } of tensors) {
          const entry = read.tensors.get(name)!;
          expect([entry.dtype, entry.shape]).toEqual([dtype, shape]);
          expect(await entry.read()).toEqual(bytes);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps tensors that are called like properties of objects', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const file = safetensorsFile(names.map((name, i) => tensorOf(name, 'F32', [1], Float32Array.of(i))));
    const { tensors } = await open(await bytesOf(file.stream()));
    expect([...tensors.keys()].sort()).toEqual(names.sort());
  });

  it('reads rows without the rest, widened', async () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => i);
    const { tensors } = await open(await bytesOf(safetensorsFile([tensorOf('w', 'F32', [4, 3], values)]).stream()));
    const entry = tensors.get('w')!;
    expect([...(await entry.readF32({ start: 1, end: 3 }))]).toEqual([3, 4, 5, 6, 7, 8]);
    expect((await labErrorOf(entry.read({ start: 2, end: 5 }))).code).toBe('checkpoint/row-range');
  });

  it('starts tensors at a multiple of 8 and leaves wide types aligned', async () => {
    const file = safetensorsFile([
      tensorOf('a', 'U8', [3], new Uint8Array(3)),
      tensorOf('b', 'I64', [1], new BigInt64Array(1)),
      tensorOf('c', 'BF16', [1], new Uint16Array(1)),
    ]);
    const bytes = await bytesOf(file.stream());
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { data_offsets?: number[] }
    >;
    expect([header.b, header.c, header.a].map((entry) => entry!.data_offsets)).toEqual([
      [0, 8],
      [8, 10],
      [10, 13],
    ]);
  });

  it('copies a file to itself to the bit', async () => {
    const first = await bytesOf(
      safetensorsFile([
        tensorOf('b', 'F32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
        tensorOf('scalar', 'F32', [], Float32Array.of(7)),
        tensorOf('a', 'BF16', [0, 4], new Uint16Array(0)),
      ]).stream(),
    );
    const { tensors } = await open(first);
    expect(await bytesOf(safetensorsFile([...tensors.values()].map(copyOf)).stream())).toEqual(first);
  });

  it('stops when a tensor yields another length than its shape', async () => {
    const tensor = (length: number): TensorToWrite => ({
      name: 'w',
      dtype: 'F32',
      shape: [2],
      chunks: () => [new Uint8Array(length)],
    });
    for (const length of [4, 12]) {
      const error = await labErrorOf(bytesOf(safetensorsFile([tensor(length)]).stream()));
      expect([error.code, error.details.expected, error.details.found]).toEqual([
        'checkpoint/tensor-length',
        8,
        length,
      ]);
    }
  });
});

const entry = (begin: number, end: number, dtype = 'F32', shape: unknown = [(end - begin) / 4]) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

const hostile: [promise: string, bytes: Uint8Array, code: string, mention: string][] = [
  ['an empty file', new Uint8Array(0), 'truncated', '8 bytes expected, 0 found'],
  ['a header of 2^63 bytes', rawSafetensors('{}', 0, 2n ** 63n), 'header-length', '9223372036854775808'],
  ['a header over 100 MB', rawSafetensors('{}', 0, 100_000_001n), 'header-length', '100000001'],
  ['a header past the end', rawSafetensors('{}', 0, 50n), 'truncated', '58 bytes expected, 10 found'],
  [
    'a Git LFS pointer',
    new TextEncoder().encode(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 988097824\n`,
    ),
    'pointer',
    'model.safetensors is a pointer of Git LFS to a file of 988097824 bytes',
  ],
  ['a header that is not UTF-8', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]), 'header-json', 'UTF-8'],
  ['a header cut off', rawSafetensors('{"a":', 0), 'json-syntax', 'model.safetensors'],
  ['a header that is a list', rawSafetensors('[1]', 0), 'json-shape', 'list'],
  ['a deep header', rawSafetensors('{"a":' + '['.repeat(100_000), 0), 'json-depth', 'deeper than 8'],
  ['a deep key', rawSafetensors('{"a":{'.repeat(1000), 0), 'json-depth', 'deeper than 8'],
  [
    'a tensor named twice',
    rawSafetensors(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4),
    'json-duplicate-key',
    '`a` twice',
  ],
  [
    'a tensor named twice in disguise',
    rawSafetensors(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4),
    'json-duplicate-key',
    '`a` twice',
  ],
  ['an entry that is no object', rawSafetensors('{"a":3}', 0), 'header-entry', '`a`'],
  ['an unknown type', rawSafetensors(`{"a":${entry(0, 4, 'F31')}}`, 4), 'unknown-dtype', 'F31'],
  [
    'a type from the prototype',
    rawSafetensors(`{"a":${entry(0, 4, 'constructor')}}`, 4),
    'unknown-dtype',
    'constructor',
  ],
  ['a negative size', rawSafetensors(`{"a":${entry(0, 4, 'F32', [-1])}}`, 4), 'header-entry', '[-1]'],
  ['a broken size', rawSafetensors(`{"a":${entry(0, 4, 'F32', [0.5])}}`, 4), 'header-entry', '[0.5]'],
  [
    'a shape that overflows',
    rawSafetensors(`{"a":${entry(0, 4, 'F32', [2 ** 40, 2 ** 40])}}`, 4),
    'shape-overflow',
    '1099511627776',
  ],
  [
    'a shape that overflows to nothing',
    rawSafetensors(`{"a":${entry(0, 0, 'F32', [2 ** 32, 2 ** 32])}}`, 0),
    'shape-overflow',
    '4294967296',
  ],
  [
    'a shape that does not match its range',
    rawSafetensors(`{"a":${entry(0, 8, 'F32', [3])}}`, 8),
    'size-mismatch',
    '12 bytes',
  ],
  ['a range backwards', rawSafetensors(`{"a":${entry(4, 0, 'F32', [1])}}`, 4), 'header-entry', 'ascending'],
  ['a range past the end', rawSafetensors(`{"a":${entry(0, 400)}}`, 8), 'truncated', '`a` needs it'],
  ['overlapping tensors', rawSafetensors(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), 'overlap', '`b`'],
  ['two tensors in one place', rawSafetensors(`{"a":${entry(0, 8)},"b":${entry(0, 8)}}`, 8), 'overlap', '`b`'],
  ['a hole', rawSafetensors(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), 'hole', '`b`'],
  ['bytes that no tensor claims', rawSafetensors(`{"a":${entry(0, 4)}}`, 12), 'trailing-bytes', 'tensors end at'],
  ['metadata that is not strings', rawSafetensors('{"__metadata__":{"a":1}}', 0), 'header-entry', '__metadata__'],
];

describe('hostile safetensors', () => {
  it.each(hostile)('refuses %s', async (_, bytes, code, mention) => {
    const error = await labErrorOf(open(bytes));
    expect(error.code).toBe(`checkpoint/${code}`);
    expect(error.message).toContain(mention);
    expect(error.details.file).toBe('model.safetensors');
    expect(error.hint).not.toBe('');
  });

  it('survives 3,000 mutations: each is read in full or refused with a LabError, in bounded time', async () => {
    const original = await bytesOf(
      safetensorsFile([
        tensorOf('model.embed_tokens.weight', 'F32', [6, 4], new Float32Array(24)),
        tensorOf('model.norm.weight', 'BF16', [4], new Uint16Array(4)),
        tensorOf('ids', 'I64', [3], new BigInt64Array(3)),
      ]).stream(),
    );
    const headerEnd = 8 + Number(new DataView(original.buffer).getBigUint64(0, true));
    const outcomes = { read: 0, refused: 0 };
    let slowest = 0;
    for (let seed = 0; seed < 3000; seed++) {
      const random = seeded(seed);
      const below = (n: number): number => Math.floor(random() * n);
      let bytes = original.slice();
      for (let edits = 1 + below(3); edits > 0; edits--) {
        const at = below(4) === 0 ? below(bytes.length) : below(headerEnd);
        const kind = below(5);
        if (kind === 0) bytes[at] = below(256);
        else if (kind === 1) bytes[at]! ^= 1 << below(8);
        else if (kind === 2) bytes[at] = '0123456789,:[]{}"\\ '.charCodeAt(below(19));
        else if (kind === 3) bytes = bytes.slice(0, at);
        else bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(below(bytes.length))]);
        if (bytes.length === 0) break;
      }
      const started = performance.now();
      try {
        for (const tensor of (await open(bytes)).tensors.values()) {
          expect((await tensor.read()).length).toBe(tensor.bytes);
        }
        outcomes.read++;
      } catch (error) {
        if (!(error instanceof LabError)) throw new Error(`seed ${seed}`, { cause: error });
        outcomes.refused++;
      }
      slowest = Math.max(slowest, performance.now() - started);
    }
    expect(outcomes.refused).toBeGreaterThan(1000);
    expect(outcomes.read).toBeGreaterThan(100);
    expect(slowest).toBeLessThan(1000);
  });
});

describe('files written by the reference implementation', () => {
  it.each([
    ['test/fixtures/stories260K', 11, 'model.layers.0.mlp.down_proj.weight', 'F32', [64, 172]],
    ['public/models/rootstock', 38, 'model.layers.3.mlp.down_proj.weight', 'BF16', [256, 640]],
  ])('%s reads: %i tensors, and its writer and ours agree to the byte', async (folder, size, name, dtype, shape) => {
    const source = (await fileSource(`${folder}/model.safetensors`))!;
    const { tensors, metadata } = await openSafetensors(source);
    expect([tensors.size, metadata]).toEqual([size, { format: 'pt' }]);
    expect(tensors.get(name)).toMatchObject({ dtype, shape });
    const again = await bytesOf(safetensorsFile([...tensors.values()].map(copyOf)).stream());
    expect(Buffer.compare(again, await source.read(0, source.size))).toBe(0);
  });
});

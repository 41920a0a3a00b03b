/**
 * How numbers lie on a device. What is computed is f32; f16, bf16 and q8 are ways to hold parameters that nothing moves, widened
 * where a kernel reads them (shaders/storedValue.wgsl), so that no `shader-f16` is needed. Rounding to them is done on the host:
 *   bf16, f16  nearest, ties to even; two values a word, low half first, as they lie in safetensors
 *   q8         Q8_0 of GGUF (src/eightBits.ts): a signed byte a value, four a word, for all of the tensor; then an f16 scale for
 *              every 32 neighbours of a row, two a word. Bytes and scales apart keep both aligned however long a row is.
 */
import { EIGHT_BIT_BLOCK, EIGHT_BIT_OVERFLOW, fromEightBits, toEightBits } from '../eightBits';
import { LabError } from '../error';
import { HALF_OVERFLOW, toBf16, toF16, widenBf16, widenF16 } from '../halves';

export type ElementType = 'f32' | 'bf16' | 'f16' | 'q8' | 'u32';

/** Of a parameter. */
export type StoredType = Exclude<ElementType, 'u32'>;

/** Some bytes of a tensor, from `offset` on. */
export interface StoredPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Storage {
  /** Where `count` values that begin `first` values into a tensor of `of` lie. */
  readonly ranges: (first: number, count: number, of: number) => readonly { offset: number; bytes: number }[];
  /** Values that are read and written together. */
  readonly block: number;
  /** From this magnitude on a value cannot be held; absent: all of f32 can. */
  readonly overflow?: number;
  /** One array a range. */
  readonly store: (values: Float32Array) => readonly ArrayBufferView[];
  readonly widen: (parts: readonly Uint8Array[]) => Float32Array;
}

const each =
  (size: number): Storage['ranges'] =>
  (first, count) => [{ offset: first * size, bytes: count * size }];

const storages: Readonly<Record<StoredType, Storage>> = {
  f32: {
    ranges: each(4),
    block: 1,
    store: (values) => [values],
    widen: ([bytes]) => new Float32Array(aligned(bytes!)),
  },
  bf16: {
    ranges: each(2),
    block: 1,
    store: (values) => [toBf16(values)],
    widen: ([bytes]) => widenBf16(new Uint16Array(aligned(bytes!))),
  },
  f16: {
    ranges: each(2),
    block: 1,
    overflow: HALF_OVERFLOW,
    store: (values) => [toF16(values)],
    widen: ([bytes]) => widenF16(new Uint16Array(aligned(bytes!))),
  },
  q8: {
    ranges: (first, count, of) => [
      { offset: first, bytes: count },
      { offset: of + (2 * first) / EIGHT_BIT_BLOCK, bytes: (2 * count) / EIGHT_BIT_BLOCK },
    ],
    block: EIGHT_BIT_BLOCK,
    overflow: EIGHT_BIT_OVERFLOW,
    store: (values) => {
      const { bytes, scales } = toEightBits(values);
      return [bytes, scales];
    },
    widen: ([bytes, scales]) =>
      fromEightBits({ bytes: new Int8Array(aligned(bytes!)), scales: new Uint16Array(aligned(scales!)) }),
  },
};

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

interface Sized {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/** Bytes as stored, without padding. */
export function storedBytes({ shape, type }: Sized): number {
  const count = elementCount(shape);
  return storageOf(type)
    .ranges(0, count, count)
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Bytes on a device: `storedBytes` up to a whole word. */
export function byteLength(tensor: Sized): number {
  return Math.ceil(storedBytes(tensor) / 4) * 4;
}

/** Bytes of a parameter's buffer: up to 16 more, so that a kernel may read the tail as a vec4. */
export function allocatedBytes(parameter: Sized): number {
  return Math.ceil(byteLength(parameter) / 16) * 16;
}

/** Whether rows of this length can be held so. */
export function canHold(type: ElementType, rowLength: number): boolean {
  return rowLength % storageOf(type).block === 0;
}

/** Throws `engine/shape` where the rows of a parameter are no whole blocks of its type. */
export function requireHeld({ name, shape, type }: Sized & { readonly name: string }): void {
  if (canHold(type, shape.at(-1) ?? 1)) return;
  throw new LabError(
    'engine/shape',
    `${name} [${shape.join(', ')}] cannot be held as ${type}: its rows are no multiple of ${storageOf(type).block} values.`,
    'Hold it as f32, bf16 or f16.',
  );
}

/**
 * Values of a parameter from the `first` on as its type stores them, and where they lie. Throws `engine/overflow` where a value
 * is beyond what the type can hold, or is no number in a block that shares a scale.
 */
export function storedPieces(
  parameter: Sized & { readonly name: string },
  first: number,
  values: Float32Array,
): StoredPiece[] {
  const { name, shape, type } = parameter;
  const { ranges, overflow, block, store } = storageOf(type);
  if (overflow !== undefined) {
    const lost = values.find(
      (value) => (Math.abs(value) >= overflow || Number.isNaN(value)) && (block > 1 || Number.isFinite(value)),
    );
    if (lost !== undefined) {
      throw new LabError(
        'engine/overflow',
        `\`${name}\` holds ${lost.toPrecision(6)}, which ${type} cannot.`,
        'Hold frozen weights as stored or as bf16.',
        { parameter: name, value: lost },
      );
    }
  }
  const parts = store(values);
  return ranges(first, values.length, elementCount(shape)).map(({ offset }, at) => {
    const { buffer, byteOffset, byteLength: bytes } = parts[at]!;
    return { offset, bytes: new Uint8Array(buffer, byteOffset, bytes) };
  });
}

/** Where `count` values from the `first` on lie; `widened` takes what was read there. */
export function storedRanges(
  { shape, type }: Sized,
  first: number,
  count: number,
): readonly { offset: number; bytes: number }[] {
  return storageOf(type).ranges(first, count, elementCount(shape));
}

/** @param parts the bytes of `storedRanges`. Exact. */
export function widened(type: ElementType, parts: readonly Uint8Array[]): Float32Array {
  return storageOf(type).widen(parts);
}

function storageOf(type: ElementType): Storage {
  return storages[type === 'u32' ? 'f32' : type];
}

/** Typed arrays begin on their own size. */
function aligned({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

/**
 * The weights of a GGUF file as the bytes of one safetensors file that nobody wrote: a range is dequantised, and put back
 * into the checkpoint's order, when it is asked for. So everything that reads a model folder reads a GGUF file, and no
 * tensor is ever in memory whole unless it is stored transposed.
 */
import { rangeChecked, type ByteSource } from '../byteSource';
import { bytesPerElement, fromF32, toF32, type WeightDtype } from '../dtype';
import { encodeHeader } from '../safetensorsHeader';
import { architectureOf, headCounts, huggingFaceName, type Layout } from './architecture';
import { dequantise } from './dequantise';
import type { GgufHeader, GgufTensor } from './header';
import { metadataError } from './metadata';

/** A tensor of the checkpoint and the stored one behind it. */
interface Weight {
  readonly name: string;
  readonly dtype: WeightDtype;
  readonly shape: readonly number[];
  readonly stored: GgufTensor;
  readonly layout: Layout;
}

/** Elements [start, end) in the checkpoint's order, as bytes of the weight's dtype. */
type Elements = (start: number, end: number, signal?: AbortSignal) => Promise<Uint8Array>;

/** A safetensors file called `name`. Tensors in `omit` (checkpoint's names) are left out. */
export function weightsSource(name: string, gguf: ByteSource, header: GgufHeader, omit: readonly string[]): ByteSource {
  const weights = weightsOf(header).filter((weight) => !omit.includes(weight.name));
  const { bytes: head, order, fileSize } = encodeHeader(weights, { format: 'pt' });
  let at = head.byteLength;
  const placed = order.map((weight) => {
    const start = at;
    at += weight.stored.elements * bytesPerElement(weight.dtype);
    return { start, end: at, size: bytesPerElement(weight.dtype), elements: elementsOf(gguf, weight) };
  });
  return rangeChecked(name, fileSize, async (start, end, signal) => {
    const out = new Uint8Array(end - start);
    if (start < head.byteLength) out.set(head.subarray(start, end));
    for (const { start: first, end: last, size, elements } of placed) {
      const from = Math.max(start, first);
      const to = Math.min(end, last);
      if (from >= to) continue;
      const firstElement = Math.floor((from - first) / size);
      const values = await elements(firstElement, Math.ceil((to - first) / size), signal);
      const skipped = from - first - firstElement * size;
      out.set(values.subarray(skipped, skipped + to - from), from - start);
    }
    return out;
  });
}

function weightsOf(header: GgufHeader): Weight[] {
  const architecture = architectureOf(header);
  const { file } = header.metadata;
  return header.tensors.flatMap((stored) => {
    const name = huggingFaceName(architecture, stored.name, file);
    if (name === undefined) return [];
    const layout = architecture.layout(stored.name, () => headCounts(header));
    checkLayout(stored, layout, file);
    const shape = layout.kind === 'transposed' ? [...stored.shape].reverse() : stored.shape;
    // One is taken from norm weights in f32, whatever they are stored in.
    const dtype = layout.kind === 'plusOne' ? 'F32' : stored.type.dtype!;
    return [{ name, dtype, shape, stored, layout }];
  });
}

function checkLayout({ name, shape }: GgufTensor, layout: Layout, file: string): void {
  const divides = (rows: number): boolean => rows > 0 && shape[0]! % rows === 0;
  if (layout.kind === 'rotary' && divides(2 * layout.heads)) return;
  if (layout.kind === 'parts' && divides(3 * layout.heads)) return;
  if (layout.kind === 'transposed' && shape.length === 2) return;
  if (layout.kind === 'plain' || layout.kind === 'plusOne') return;
  throw metadataError(
    file,
    `has \`${name}\` in the shape [${shape.join(', ')}], which its number of heads does not divide`,
  );
}

function elementsOf(gguf: ByteSource, { stored, layout, dtype }: Weight): Elements {
  const raw = storedElements(gguf, stored);
  if (layout.kind === 'plusOne') {
    return async (start, end, signal) => {
      const values = toF32(await raw(start, end, signal), stored.type.dtype!);
      return fromF32(
        values.map((value) => value - 1),
        'F32',
      );
    };
  }
  const size = bytesPerElement(dtype);
  if (layout.kind === 'transposed') return transposedElements(raw, stored, size);
  if (layout.kind === 'rotary') return headElements(raw, stored, layout.heads, size);
  if (layout.kind === 'parts') return partElements(raw, stored, layout.heads, size);
  return raw;
}

/** In the order of the file. */
function storedElements(gguf: ByteSource, { type, start: first }: GgufTensor): Elements {
  const { blockElements, blockBytes } = type;
  return async (start, end, signal) => {
    const firstBlock = Math.floor(start / blockElements);
    const lastBlock = Math.ceil(end / blockElements);
    const bytes = await gguf.read(first + firstBlock * blockBytes, first + lastBlock * blockBytes, signal);
    if (blockElements === 1) return bytes;
    const skipped = start - firstBlock * blockElements;
    const values = dequantise(bytes, type).subarray(skipped, skipped + end - start);
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  };
}

/** Row (head, half, i) of the checkpoint is row (head, i, half) of the file; whole heads are read. */
function headElements(raw: Elements, { shape }: GgufTensor, heads: number, size: number): Elements {
  const columns = shape.slice(1).reduce((product, length) => product * length, 1);
  const headRows = shape[0]! / heads;
  const rowBytes = columns * size;
  const headElementCount = headRows * columns;
  return async (start, end, signal) => {
    const firstHead = Math.floor(start / headElementCount);
    const lastHead = Math.ceil(end / headElementCount);
    const bytes = await raw(firstHead * headElementCount, lastHead * headElementCount, signal);
    const ordered = new Uint8Array(bytes.byteLength);
    for (let row = 0; row < (lastHead - firstHead) * headRows; row++) {
      const inHead = row % headRows;
      const from = row - inHead + 2 * (inHead % (headRows / 2)) + Math.floor(inHead / (headRows / 2));
      ordered.set(bytes.subarray(from * rowBytes, (from + 1) * rowBytes), row * rowBytes);
    }
    const skipped = (start - firstHead * headElementCount) * size;
    return ordered.subarray(skipped, skipped + (end - start) * size);
  };
}

/** A head's rows (head, part) of the checkpoint are (part, head) of the file; whole ones are read. */
function partElements(raw: Elements, { elements }: GgufTensor, heads: number, size: number): Elements {
  const run = elements / (3 * heads);
  return async (start, end, signal) => {
    const [firstRun, lastRun] = [Math.floor(start / run), Math.ceil(end / run)];
    const ordered = new Uint8Array((lastRun - firstRun) * run * size);
    for (let at = firstRun; at < lastRun; at++) {
      const from = ((at % 3) * heads + Math.floor(at / 3)) * run;
      ordered.set(await raw(from, from + run, signal), (at - firstRun) * run * size);
    }
    const skipped = (start - firstRun * run) * size;
    return ordered.subarray(skipped, skipped + (end - start) * size);
  };
}

/** The stored [out, in] read whole, and columns of it handed out as rows. */
function transposedElements(raw: Elements, { shape }: GgufTensor, size: number): Elements {
  const [out, inner] = shape as [number, number];
  return async (start, end, signal) => {
    const bytes = (await raw(0, out * inner, signal)).slice();
    const Values = size === 2 ? Uint16Array : Uint32Array;
    const values = new Values(bytes.buffer);
    const rows = new Values(end - start);
    for (let i = 0; i < rows.length; i++) {
      const row = Math.floor((start + i) / out);
      rows[i] = values[(start + i - row * out) * inner + row]!;
    }
    return new Uint8Array(rows.buffer);
  };
}

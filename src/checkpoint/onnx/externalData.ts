/**
 * The files of an ONNX model: the graph, and its weights in external data files below 2 GB each (protobuf and wasm both
 * end there), named as transformers.js looks for them. Sizes and offsets are known before a weight is read; weights are
 * streamed one chunk at a time.
 */
import { LabError } from '../../error';
import { encodeModel, ONNX_BYTES, type ExternalPlace, type OnnxModel, type OnnxTensor } from './modelProto';

export interface OnnxFile {
  readonly name: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Throws `onnx/tensor-length` when a tensor yields more or fewer bytes than its shape needs. */
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
}

export const EXTERNAL_FILE_BYTES = 1_900_000_000;

/** `model.onnx_data`, `model.onnx_data_1`, ... */
export function externalFileName(modelFile: string, index: number): string {
  return `${modelFile}_data${index === 0 ? '' : `_${index}`}`;
}

/** The model's file first, then its data files. Throws `onnx/tensor-too-large` for a tensor that fits no file. */
export function onnxFiles(model: OnnxModel, modelFile: string, maxFileBytes = EXTERNAL_FILE_BYTES): OnnxFile[] {
  const places = new Map<string, ExternalPlace>();
  const files: { name: string; size: number; tensors: { tensor: OnnxTensor; offset: number; bytes: number }[] }[] = [];
  for (const tensor of model.tensors) {
    if (tensor.content instanceof Uint8Array) continue;
    const bytes = onnxTensorBytes(tensor);
    if (bytes > maxFileBytes) throw tooLarge(tensor.name, bytes, maxFileBytes);
    let file = files.at(-1);
    let offset = aligned(file?.size ?? 0, bytes);
    if (!file || offset + bytes > maxFileBytes) {
      file = { name: externalFileName(modelFile, files.length), size: 0, tensors: [] };
      files.push(file);
      offset = 0;
    }
    file.tensors.push({ tensor, offset, bytes });
    file.size = offset + bytes;
    places.set(tensor.name, { file: file.name, offset, bytes });
  }
  const graph = encodeModel(model, places);
  return [
    {
      name: modelFile,
      size: graph.length,
      async *stream() {
        yield graph;
      },
    },
    ...files.map(({ name, size, tensors }) => ({
      name,
      size,
      async *stream() {
        let at = 0;
        for (const { tensor, offset, bytes } of tensors) {
          if (offset > at) yield new Uint8Array(offset - at);
          yield* exactly(tensor, bytes);
          at = offset + bytes;
        }
      },
    })),
  ];
}

export function onnxTensorBytes({ type, shape }: Pick<OnnxTensor, 'type' | 'shape'>): number {
  return shape.reduce((product, size) => product * size, ONNX_BYTES[type]);
}

/** onnxruntime maps tensors of a megabyte and more into memory where they start on a page. */
function aligned(end: number, bytes: number): number {
  const unit = bytes >= 2 ** 20 ? 4096 : 64;
  return Math.ceil(end / unit) * unit;
}

async function* exactly(tensor: OnnxTensor, expected: number): AsyncGenerator<Uint8Array, void, undefined> {
  let written = 0;
  for await (const chunk of (tensor.content as () => AsyncIterable<Uint8Array>)()) {
    written += chunk.byteLength;
    if (written > expected) break;
    yield chunk;
  }
  if (written === expected) return;
  throw new LabError(
    'onnx/tensor-length',
    `\`${tensor.name}\` yielded ${written > expected ? 'over ' : ''}${written} bytes; ${tensor.type} [${tensor.shape.join(', ')}] has ${expected}.`,
    'This is a defect of Tokengraft; please report it with the steps that led here.',
    { tensor: tensor.name, expected, found: written },
  );
}

function tooLarge(tensor: string, bytes: number, most: number): LabError {
  return new LabError(
    'onnx/tensor-too-large',
    `\`${tensor}\` has ${bytes} bytes; an external data file holds ${most}.`,
    'Export as f16, which halves it.',
    { tensor, bytes, most },
  );
}

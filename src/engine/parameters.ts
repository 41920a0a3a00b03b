/**
 * The model's weights on the GPU: one buffer a tensor, shared by every program that runs the model, so that
 * evaluation and sampling see the weights as training left them. Bytes are as stored in safetensors: bf16 stays
 * packed two to a word. Widening happens only on reading (`readF32`).
 */
import { parametersByName, requireParameter, requireRoom } from './checks';
import { LabError } from '../error';
import type { Device } from './device';
import type { Weights } from './engine';
import { byteLength, elementCount, type ParameterSpec } from './graph';
import { readBuffer } from './readback';

/** Largest single upload, in bytes: writeBuffer copies its argument, and a copy of a whole shard doubles the heap. */
const uploadBytes = 16 * 2 ** 20;

export class ParameterStore implements Weights {
  readonly specs: ReadonlyMap<string, ParameterSpec>;
  /** Bytes of all parameters on the GPU. */
  readonly bytes: number;
  private readonly device: Device;
  private readonly buffers: ReadonlyMap<string, GPUBuffer>;

  private constructor(
    device: Device,
    specs: ReadonlyMap<string, ParameterSpec>,
    buffers: ReadonlyMap<string, GPUBuffer>,
  ) {
    this.device = device;
    this.specs = specs;
    this.buffers = buffers;
    this.bytes = [...specs.values()].reduce((sum, spec) => sum + byteLength(spec), 0);
  }

  /** Allocates zeroed buffers. Throws `engine/out-of-memory`, or `engine/too-large` for a tensor past the limits. */
  static async create(device: Device, specs: readonly ParameterSpec[]): Promise<ParameterStore> {
    const named = parametersByName(specs);
    for (const spec of specs) {
      const bytes = byteLength(spec);
      if (bytes > device.report.limits.maxBufferBytes) {
        throw new LabError(
          'engine/too-large',
          `${spec.name} needs a buffer of ${megabytes(bytes)}; this adapter allows ${megabytes(device.report.limits.maxBufferBytes)}.`,
          'Split the tensor by rows, or use a smaller model.',
        );
      }
    }
    const buffers = new Map<string, GPUBuffer>();
    try {
      await device.guarded('the parameters', () => {
        for (const spec of specs) {
          // Rounded up to 16 bytes so that a kernel may read the tail as a vec4.
          const size = Math.ceil(byteLength(spec) / 16) * 16;
          const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
          buffers.set(spec.name, device.gpu.createBuffer({ label: spec.name, size, usage }));
        }
      });
    } catch (error) {
      for (const buffer of buffers.values()) buffer.destroy();
      throw error;
    }
    return new ParameterStore(device, named, buffers);
  }

  /** Writes raw stored bytes at `byteOffset` (a multiple of 4) of the tensor. Throws where they do not fit. */
  write(name: string, data: ArrayBufferView, byteOffset = 0): void {
    const spec = this.spec(name);
    requireRoom(name, byteLength(spec), data, byteOffset);
    for (let done = 0; done < data.byteLength; done += uploadBytes) {
      const size = Math.min(uploadBytes, data.byteLength - done);
      let piece = new Uint8Array(data.buffer, data.byteOffset + done, size);
      if (size % 4 !== 0) {
        const padded = new Uint8Array(Math.ceil(size / 4) * 4);
        padded.set(piece);
        piece = padded;
      }
      this.device.gpu.queue.writeBuffer(this.buffer(name), byteOffset + done, piece);
    }
  }

  /** The tensor's stored bytes, without padding. */
  async read(name: string): Promise<Uint8Array> {
    const spec = this.spec(name);
    const bytes = await readBuffer(this.device, this.buffer(name), 0, byteLength(spec));
    return spec.type === 'bf16' ? bytes.subarray(0, elementCount(spec.shape) * 2) : bytes;
  }

  /** The tensor's values; bf16 is widened exactly. */
  readF32(name: string): Promise<Float32Array> {
    return this.readRows(name, 0, this.spec(name).shape[0] ?? 1);
  }

  /** The values of rows [start, end) along the first dimension. */
  async readRows(name: string, start: number, end: number): Promise<Float32Array> {
    const { shape, type } = this.spec(name);
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    const elementBytes = type === 'bf16' ? 2 : 4;
    const [from, to] = [start * width * elementBytes, end * width * elementBytes];
    // Copies begin and end on whole words; a row of bf16 may not.
    const first = from - (from % 4);
    const bytes = await readBuffer(this.device, this.buffer(name), first, Math.ceil((to - first) / 4) * 4);
    const count = (end - start) * width;
    if (type === 'bf16') return widenBf16(new Uint16Array(bytes.buffer, bytes.byteOffset + from - first, count));
    return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  }

  spec(name: string): ParameterSpec {
    return requireParameter(this.specs, name);
  }

  /** For programs of the engine only. */
  buffer(name: string): GPUBuffer {
    this.spec(name);
    return this.buffers.get(name)!;
  }

  close(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
  }
}

export function widenBf16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}

/**
 * The model's weights on the GPU: one buffer a tensor, shared by every program that runs the model, so that
 * evaluation and sampling see the weights as training left them. How their bytes lie is in elementTypes.ts; widening
 * happens only on reading (`readF32`).
 */
import { parametersByName, requireParameter, requireRoom } from './checks';
import { LabError } from '../error';
import type { Device } from './device';
import type { Weights } from './engine';
import {
  allocatedBytes,
  byteLength,
  elementCount,
  requireHeld,
  storedBytes,
  storedPieces,
  storedRanges,
  widened,
} from './elementTypes';
import type { ParameterSpec } from './graph';
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
    this.bytes = [...specs.values()].reduce((sum, spec) => sum + allocatedBytes(spec), 0);
  }

  /** Allocates zeroed buffers. Throws `engine/out-of-memory`, or `engine/too-large` for a tensor past the limits. */
  static async create(device: Device, specs: readonly ParameterSpec[]): Promise<ParameterStore> {
    const named = parametersByName(specs);
    for (const spec of specs) {
      requireHeld(spec);
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
          const size = allocatedBytes(spec);
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

  writeRows(name: string, start: number, values: Float32Array): void {
    const spec = this.spec(name);
    for (const { offset, bytes } of storedPieces(spec, start * rowWidth(spec), values)) this.write(name, bytes, offset);
  }

  /** The tensor's stored bytes, without padding. */
  async read(name: string): Promise<Uint8Array> {
    const spec = this.spec(name);
    const bytes = await readBuffer(this.device, this.buffer(name), 0, byteLength(spec));
    return bytes.subarray(0, storedBytes(spec));
  }

  readF32(name: string): Promise<Float32Array> {
    return this.readRows(name, 0, this.spec(name).shape[0] ?? 1);
  }

  async readRows(name: string, start: number, end: number): Promise<Float32Array> {
    const spec = this.spec(name);
    const width = rowWidth(spec);
    const parts: Uint8Array[] = [];
    for (const { offset, bytes } of storedRanges(spec, start * width, (end - start) * width)) {
      // Copies begin and end on whole words; a row may not.
      const first = offset - (offset % 4);
      const words = await readBuffer(
        this.device,
        this.buffer(name),
        first,
        Math.ceil((offset + bytes - first) / 4) * 4,
      );
      parts.push(words.subarray(offset - first, offset - first + bytes));
    }
    return widened(spec.type, parts);
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

function rowWidth({ shape }: ParameterSpec): number {
  return elementCount(shape.slice(1));
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}

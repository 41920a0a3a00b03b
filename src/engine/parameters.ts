/**
 * The model's weights on the GPU, shared by every program that runs the model, so that evaluation and sampling see the
 * weights as training left them. How their bytes lie is in elementTypes.ts, in which buffers in parameterPlacement.ts;
 * widening happens only on reading (`readF32`).
 */
import type { PlacedBuffers } from './arenas';
import { parametersByName, requireParameter, requireRoom } from './checks';
import { LabError } from '../error';
import type { Device } from './device';
import type { Weights } from './engine';
import {
  byteLength,
  elementCount,
  requireHeld,
  storedBytes,
  storedPieces,
  storedRanges,
  widened,
} from './elementTypes';
import type { ParameterSpec } from './graph';
import { placeParameters } from './parameterPlacement';
import { readBuffer } from './readback';

/** Largest single upload, in bytes: writeBuffer copies its argument, and a copy of a whole shard doubles the heap. */
const uploadBytes = 16 * 2 ** 20;

export class ParameterStore implements Weights {
  readonly specs: ReadonlyMap<string, ParameterSpec>;
  /** Bytes of all parameters on the GPU. */
  readonly bytes: number;
  private readonly device: Device;
  /** As placeParameters counts them; for programs of the engine only. */
  readonly buffers: readonly GPUBuffer[];
  private readonly ranges: ReadonlyMap<string, { readonly buffer: GPUBuffer; readonly offset: number }>;

  private constructor(
    device: Device,
    specs: ReadonlyMap<string, ParameterSpec>,
    placed: PlacedBuffers,
    buffers: readonly GPUBuffer[],
  ) {
    this.device = device;
    this.specs = specs;
    this.buffers = buffers;
    this.bytes = placed.bufferBytes.reduce((sum, bytes) => sum + bytes, 0);
    this.ranges = new Map(
      [...specs.keys()].map((name, index) => {
        const { buffer, offset } = placed.placements.get(index)!;
        return [name, { buffer: buffers[buffer]!, offset }];
      }),
    );
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
    const placed = placeParameters(specs, device.report.limits);
    const buffers: GPUBuffer[] = [];
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    try {
      await device.guarded('the parameters', () => {
        for (const [index, size] of placed.bufferBytes.entries()) {
          buffers.push(device.gpu.createBuffer({ label: `parameters ${index}`, size, usage }));
        }
      });
    } catch (error) {
      for (const buffer of buffers) buffer.destroy();
      throw error;
    }
    return new ParameterStore(device, named, placed, buffers);
  }

  /** Writes raw stored bytes at `byteOffset` (a multiple of 4) of the tensor. Throws where they do not fit. */
  write(name: string, data: ArrayBufferView, byteOffset = 0): void {
    const spec = this.spec(name);
    requireRoom(name, byteLength(spec), data, byteOffset);
    const { buffer, offset } = this.range(name);
    for (let done = 0; done < data.byteLength; done += uploadBytes) {
      const size = Math.min(uploadBytes, data.byteLength - done);
      let piece = new Uint8Array(data.buffer, data.byteOffset + done, size);
      if (size % 4 !== 0) {
        const padded = new Uint8Array(Math.ceil(size / 4) * 4);
        padded.set(piece);
        piece = padded;
      }
      this.device.gpu.queue.writeBuffer(buffer, offset + byteOffset + done, piece);
    }
  }

  writeRows(name: string, start: number, values: Float32Array): void {
    const spec = this.spec(name);
    for (const { offset, bytes } of storedPieces(spec, start * rowWidth(spec), values)) this.write(name, bytes, offset);
  }

  /** The tensor's stored bytes, without padding. */
  async read(name: string): Promise<Uint8Array> {
    const spec = this.spec(name);
    const bytes = await this.readBytes(name, 0, byteLength(spec));
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
      const words = await this.readBytes(name, first, Math.ceil((offset + bytes - first) / 4) * 4);
      parts.push(words.subarray(offset - first, offset - first + bytes));
    }
    return widened(spec.type, parts);
  }

  spec(name: string): ParameterSpec {
    return requireParameter(this.specs, name);
  }

  /** For programs of the engine only. */
  range(name: string): { readonly buffer: GPUBuffer; readonly offset: number } {
    this.spec(name);
    return this.ranges.get(name)!;
  }

  close(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }

  private readBytes(name: string, from: number, bytes: number): Promise<Uint8Array> {
    const { buffer, offset } = this.range(name);
    return readBuffer(this.device, buffer, offset + from, bytes);
  }
}

function rowWidth({ shape }: ParameterSpec): number {
  return elementCount(shape.slice(1));
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}

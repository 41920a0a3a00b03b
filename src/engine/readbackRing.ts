/**
 * Losses and gradient norms on their way from the GPU. A step copies them into a staging buffer of its own, mapped
 * when the GPU is done; nobody waits for it within a step. Buffers are used again and again; a caller that never
 * drains the ring makes it grow.
 */
import { LabError } from '../error';
import type { Device } from './device';
import { ringSlots } from './training';

export interface Slot {
  readonly buffer: GPUBuffer;
}

export class ReadbackRing<Reading> {
  private readonly device: Device;
  private readonly bytes: number;
  private readonly all: Slot[] = [];
  private readonly free: Slot[] = [];
  private readonly pending = new Set<Promise<void>>();
  private finished: Reading[] = [];
  private failure: unknown;
  private closed = false;

  private constructor(device: Device, bytes: number) {
    this.device = device;
    this.bytes = bytes;
  }

  static async allocate<Reading>(device: Device, bytes: number): Promise<ReadbackRing<Reading>> {
    const ring = new ReadbackRing<Reading>(device, bytes);
    await device.guarded('the readback ring', () => {
      for (let i = 0; i < ringSlots; i++) ring.free.push(ring.makeSlot());
    });
    return ring;
  }

  take(): Slot {
    return this.free.pop() ?? this.makeSlot();
  }

  /** Call right after the submission that fills the slot. `decode` gets a copy of its bytes. */
  submitted(slot: Slot, decode: (bytes: ArrayBuffer) => Reading): void {
    const done: Promise<void> = slot.buffer.mapAsync(GPUMapMode.READ).then(
      () => {
        this.finished.push(decode(slot.buffer.getMappedRange().slice(0)));
        slot.buffer.unmap();
        this.free.push(slot);
        this.pending.delete(done);
      },
      (error: unknown) => {
        this.pending.delete(done);
        if (!this.closed) this.failure ??= error;
      },
    );
    this.pending.add(done);
  }

  /** Readings that arrived; waits only while more than `allowed` steps are still on the GPU. */
  async drain(allowed: number): Promise<Reading[]> {
    // One turn of the event loop lets finished maps settle.
    await new Promise((resolve) => setTimeout(resolve));
    while (this.pending.size > allowed) {
      const [oldest] = this.pending;
      await this.device.orFail(oldest!);
    }
    if (this.failure !== undefined || this.device.failure) {
      // The loss of the device is announced a little after its maps were rejected.
      await this.device.orFail(Promise.reject(asLoss(this.failure)));
    }
    const readings = this.finished;
    this.finished = [];
    return readings;
  }

  close(): void {
    this.closed = true;
    for (const slot of this.all) slot.buffer.destroy();
  }

  private makeSlot(): Slot {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const slot = { buffer: this.device.gpu.createBuffer({ label: 'readback ring', size: this.bytes, usage }) };
    this.all.push(slot);
    return slot;
  }
}

function asLoss(cause: unknown): LabError {
  return new LabError(
    'engine/readback',
    `Results could not be read back from the GPU: ${String(cause)}`,
    'Resume from the last checkpoint.',
    {},
    cause,
  );
}

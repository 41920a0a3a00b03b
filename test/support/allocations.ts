/** Counts a device's buffers where they are made: bytes that are allocated now, and the most there were. */
import type { Device } from '../../src/engine/index';

export class Allocations {
  bytes = 0;
  most = 0;

  constructor({ gpu }: Device) {
    const create = gpu.createBuffer.bind(gpu);
    gpu.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      this.add(descriptor.size);
      let isThere = true;
      buffer.destroy = () => {
        if (isThere) this.add(-descriptor.size);
        isThere = false;
        return destroy();
      };
      return buffer;
    };
  }

  private add(bytes: number): void {
    this.bytes += bytes;
    this.most = Math.max(this.most, this.bytes);
  }
}

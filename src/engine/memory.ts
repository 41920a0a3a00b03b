/** The buffers of one program, allocated as its plan says, and the answer to "where does this tensor lie?". */
import { LabError } from '../error';
import type { PlacedBuffers, Placement } from './arenas';
import { requireInput, requireSameParameter } from './checks';
import type { Device } from './device';
import type { Inputs, Tensor } from './graph';
import type { MemoryPlan } from './plan';
import type { ParameterStore } from './parameters';

export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/** Buffers of one kind of tensor. */
export class BufferSet {
  readonly buffers: readonly GPUBuffer[];
  private readonly placements: ReadonlyMap<number, Placement>;

  private constructor(buffers: readonly GPUBuffer[], placements: ReadonlyMap<number, Placement>) {
    this.buffers = buffers;
    this.placements = placements;
  }

  static async allocate(device: Device, label: string, placed: PlacedBuffers): Promise<BufferSet> {
    const buffers: GPUBuffer[] = [];
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    try {
      await device.guarded(label, () => {
        for (const [index, size] of placed.bufferBytes.entries()) {
          buffers.push(device.gpu.createBuffer({ label: `${label} ${index}`, size, usage }));
        }
      });
    } catch (error) {
      for (const buffer of buffers) buffer.destroy();
      throw error;
    }
    return new BufferSet(buffers, placed.placements);
  }

  find(tensor: Tensor): BufferRange | undefined {
    const placement = this.placements.get(tensor.id);
    return placement && { buffer: this.buffers[placement.buffer]!, offset: placement.offset };
  }

  clear(encoder: GPUCommandEncoder): void {
    for (const buffer of this.buffers) encoder.clearBuffer(buffer);
  }

  close(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }
}

export class ProgramMemory {
  readonly gradients: BufferSet;
  private readonly activations: BufferSet;
  private readonly inputs: BufferSet;
  private readonly inputTensors: readonly Tensor[];
  private readonly device: Device;
  private readonly store: ParameterStore;

  private constructor(
    device: Device,
    store: ParameterStore,
    sets: { activations: BufferSet; gradients: BufferSet; inputs: BufferSet },
    inputTensors: readonly Tensor[],
  ) {
    this.device = device;
    this.store = store;
    this.activations = sets.activations;
    this.gradients = sets.gradients;
    this.inputs = sets.inputs;
    this.inputTensors = inputTensors;
  }

  static async allocate(
    device: Device,
    plan: MemoryPlan,
    store: ParameterStore,
    inputTensors: readonly Tensor[],
  ): Promise<ProgramMemory> {
    const made: BufferSet[] = [];
    try {
      for (const kind of ['activations', 'gradients', 'inputs'] as const) {
        made.push(await BufferSet.allocate(device, kind, plan[kind]));
      }
    } catch (error) {
      for (const set of made) set.close();
      throw error;
    }
    const [activations, gradients, inputs] = made as [BufferSet, BufferSet, BufferSet];
    return new ProgramMemory(device, store, { activations, gradients, inputs }, inputTensors);
  }

  locate(tensor: Tensor): BufferRange {
    const found =
      tensor.kind === 'parameter'
        ? this.parameterRange(tensor)
        : (this.activations.find(tensor) ?? this.gradients.find(tensor) ?? this.inputs.find(tensor));
    if (!found) throw new LabError('engine/no-memory', `${tensor.name} has no place in the memory plan.`);
    return found;
  }

  /** Ordered before everything submitted later. Throws `engine/bad-input` for a missing input or a wrong length. */
  writeInputs(values: Inputs): void {
    for (const tensor of this.inputTensors) {
      const value = values[tensor.name];
      requireInput(tensor, value);
      const { buffer, offset } = this.locate(tensor);
      this.device.gpu.queue.writeBuffer(buffer, offset, value as GPUAllowSharedBufferSource);
    }
  }

  close(): void {
    for (const set of [this.activations, this.gradients, this.inputs]) set.close();
  }

  /** As placeParameters counts them. */
  get weightBuffers(): readonly GPUBuffer[] {
    return this.store.buffers;
  }

  private parameterRange(tensor: Tensor): BufferRange {
    const spec = this.store.spec(tensor.name);
    requireSameParameter(spec, tensor);
    return this.store.range(tensor.name);
  }
}

/**
 * AdamW on the GPU, after the gradients of all micro-batches have added up: the norm of all gradients, one clip factor,
 * the updates. The host writes a handful of scalars a step. What the state means is in optimizerPlan.ts, where it lies in
 * optimizerLayout.ts, the formulas are in shaders/adamw.wgsl and shaders/adamwRows.wgsl.
 */
import { LabError } from '../error';
import { requireState } from './checks';
import type { Device } from './device';
import type { PlacedBuffers } from './arenas';
import { byteLength, type Tensor } from './graph';
import { BufferSet, type BufferRange, type ProgramMemory } from './memory';
import { optimizerDispatches } from './optimizerDispatches';
import type { OptimizerLayout } from './optimizerLayout';
import { compileDispatches, type CompiledDispatch } from './pipelines';
import { readBuffer } from './readback';
import type { TrainingOptions } from './training';

export class Optimizer {
  readonly dispatches: readonly CompiledDispatch[];
  /** Where the clip record lies: largest norm allowed, factor, norm. */
  readonly clip: BufferRange;
  private readonly device: Device;
  private readonly plan: OptimizerLayout;
  private readonly options: TrainingOptions;
  private readonly sets: readonly BufferSet[];

  private constructor(
    device: Device,
    plan: OptimizerLayout,
    options: TrainingOptions,
    sets: readonly BufferSet[],
    dispatches: readonly CompiledDispatch[],
  ) {
    this.device = device;
    this.plan = plan;
    this.options = options;
    this.sets = sets;
    this.dispatches = dispatches;
    this.clip = this.locate(plan.clip);
    device.gpu.queue.writeBuffer(this.clip.buffer, this.clip.offset, new Float32Array([options.clipNorm, 1, 0, 0]));
  }

  static async create(
    device: Device,
    plan: OptimizerLayout,
    options: TrainingOptions,
    memory: ProgramMemory,
  ): Promise<Optimizer> {
    // Partials, clip record and scalars lie in buffers of their own: each is read by a dispatch that writes another.
    const alone = (tensor: Tensor) => {
      const bytes = byteLength(tensor);
      return { placements: new Map([[tensor.id, { buffer: 0, offset: 0, bytes }]]), bufferBytes: [bytes] };
    };
    const sets: BufferSet[] = [];
    const allocate = async (label: string, placed: PlacedBuffers) => {
      const set = await BufferSet.allocate(device, label, placed);
      sets.push(set);
      return set;
    };
    try {
      const firstMoments = await allocate('first moments', plan.firstMoments);
      const secondMoments = await allocate('second moments', plan.secondMoments);
      await allocate('row steps', plan.rowSteps);
      const control = await allocate('optimizer scalars', plan.control);
      const tables = await allocate('optimizer tables', plan.tables);
      await allocate('gradient norm', alone(plan.partials));
      await allocate('clip record', alone(plan.clip));
      for (const { table, rows } of plan.passes) {
        const { buffer, offset } = tables.find(table)!;
        device.gpu.queue.writeBuffer(buffer, offset, rows);
      }
      const whole = {
        weights: memory.weightBuffers,
        gradients: memory.gradients.buffers,
        firstMoments: firstMoments.buffers,
        secondMoments: secondMoments.buffers,
      };
      const scalars = new Set(plan.passes.map((pass) => pass.scalars.id));
      const locate = (tensor: Tensor): BufferRange => {
        const stood = plan.wholes.get(tensor.id);
        if (stood) return { buffer: whole[stood.kind][stood.buffer]!, offset: 0 };
        if (scalars.has(tensor.id)) return { buffer: control.buffers[0]!, offset: 0 };
        return find(sets, tensor) ?? memory.locate(tensor);
      };
      const dispatches = await compileDispatches(device, optimizerDispatches(plan, device.target), locate);
      return new Optimizer(device, plan, options, sets, dispatches);
    } catch (error) {
      for (const set of sets) set.close();
      throw error;
    }
  }

  /** `step` counts from 1; `rates` holds a learning rate for every group. */
  writeScalars(step: number, rates: Readonly<Record<string, number>>): void {
    const { beta1, beta2, epsilon } = this.options;
    for (const [name, group] of Object.entries(this.options.groups)) {
      const values = [
        rates[name]! * (group.multiplier ?? 1),
        beta1,
        beta2,
        epsilon,
        group.weightDecay,
        1 - beta1 ** step,
        1 - beta2 ** step,
        0,
      ];
      const { buffer, offset } = this.locate(this.plan.scalars.get(name)!);
      this.device.gpu.queue.writeBuffer(buffer, offset, new Float32Array(values));
    }
  }

  /** Moments and row steps by tensor name, as stored. */
  async state(): Promise<Record<string, Uint8Array>> {
    const state: Record<string, Uint8Array> = {};
    for (const tensor of this.stateTensors()) {
      const { buffer, offset } = this.locate(tensor);
      state[tensor.name] = await readBuffer(this.device, buffer, offset, byteLength(tensor));
    }
    return state;
  }

  restore(state: Readonly<Record<string, Uint8Array>>): void {
    const tensors = this.stateTensors();
    requireState(tensors, state);
    for (const tensor of tensors) {
      const { buffer, offset } = this.locate(tensor);
      this.device.gpu.queue.writeBuffer(buffer, offset, state[tensor.name] as Uint8Array<ArrayBuffer>);
    }
  }

  close(): void {
    for (const set of this.sets) set.close();
  }

  private stateTensors(): Tensor[] {
    return this.plan.parameters.flatMap((p) => [p.firstMoment, p.secondMoment, ...(p.rowSteps ? [p.rowSteps] : [])]);
  }

  private locate(tensor: Tensor): BufferRange {
    const found = find(this.sets, tensor);
    if (!found) throw new LabError('engine/no-memory', `${tensor.name} has no place in the optimizer.`);
    return found;
  }
}

function find(sets: readonly BufferSet[], tensor: Tensor): BufferRange | undefined {
  for (const set of sets) {
    const found = set.find(tensor);
    if (found) return found;
  }
  return undefined;
}

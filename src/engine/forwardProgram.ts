/**
 * A graph compiled for running forward: logits, losses, or gradients where the graph has backward nodes (the gradient
 * buffers are cleared at the start of each run). Compile once, run often; runs are queued one behind the other.
 */
import type { Device } from './device';
import { byteLength, elementCount, type Graph, type Inputs, type Tensor } from './graph';
import { ProgramMemory } from './memory';
import { opNamed, type KernelTarget } from './op';
import type { ParameterStore } from './parameters';
import { compileDispatches, type CompiledDispatch } from './pipelines';
import { inputsOf, planProgram, requireFit, type MemoryPlan, type PlannedDispatch } from './plan';
import { readBuffer } from './readback';
import type { Precision } from './precision';
import { Pace, submitInPieces, totalWork } from './submission';
import { withPrecision } from './variants';

export class ForwardProgram {
  readonly plan: MemoryPlan;
  private readonly device: Device;
  private readonly memory: ProgramMemory;
  private readonly dispatches: readonly CompiledDispatch[];
  private readonly outputs: readonly Tensor[];
  private readonly pace = new Pace();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    device: Device,
    plan: MemoryPlan,
    memory: ProgramMemory,
    dispatches: readonly CompiledDispatch[],
    outputs: readonly Tensor[],
  ) {
    this.device = device;
    this.plan = plan;
    this.memory = memory;
    this.dispatches = dispatches;
    this.outputs = outputs;
  }

  /** `outputs` are f32 activations or gradients. Throws `engine/does-not-fit` before anything is allocated. */
  static async compile(
    device: Device,
    graph: Graph,
    store: ParameterStore,
    outputs: readonly Tensor[],
    options: { readonly budgetBytes?: number; readonly precision?: Precision } = {},
  ): Promise<ForwardProgram> {
    const { budgetBytes, precision = 'f32' } = options;
    const limits = { ...device.report.limits, ...(budgetBytes === undefined ? {} : { budgetBytes }) };
    const target = withPrecision(device, precision);
    const plan = planProgram(graph, { parameters: store, limits, outputs, target });
    requireFit(plan);
    const memory = await ProgramMemory.allocate(device, plan, store, inputsOf(plan.nodes));
    try {
      const dispatches = await compileDispatches(device, dispatchesOf(plan, target), (tensor) => memory.locate(tensor));
      return new ForwardProgram(device, plan, memory, dispatches, outputs);
    } catch (error) {
      memory.close();
      throw error;
    }
  }

  /** One array an output, in the order given to `compile`. */
  run(inputs: Inputs): Promise<Float32Array[]> {
    const result = this.last.then(() => this.runNow(inputs));
    this.last = result.catch(() => undefined);
    return result;
  }

  close(): void {
    this.memory.close();
  }

  private async runNow(inputs: Inputs): Promise<Float32Array[]> {
    this.device.check();
    this.device.running = 'a forward pass';
    const started = performance.now();
    this.memory.writeInputs(inputs);
    submitInPieces(this.device, this.dispatches, this.pace.workPerSubmission, {
      begin: (encoder) => this.memory.gradients.clear(encoder),
    });
    const results: Float32Array[] = [];
    for (const tensor of this.outputs) {
      const { buffer, offset } = this.memory.locate(tensor);
      const bytes = await readBuffer(this.device, buffer, offset, byteLength(tensor));
      results.push(new Float32Array(bytes.buffer, 0, elementCount(tensor.shape)));
    }
    this.pace.measured(totalWork(this.dispatches), performance.now() - started);
    return results;
  }
}

/** Every node's dispatches in order, labelled by their node. */
export function dispatchesOf({ nodes }: MemoryPlan, target: KernelTarget): PlannedDispatch[] {
  return nodes.flatMap((node) =>
    opNamed(node.op)
      .dispatches(node, target)
      .map((dispatch) => ({ ...dispatch, label: node.label })),
  );
}

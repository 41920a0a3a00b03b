/** One lowered graph in onnxruntime: fed, run, and its gradients completed with what is scattered on the host. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import {
  elementCount,
  requireInput,
  requireSameParameter,
  type Graph,
  type Inputs,
  type Tensor,
} from '../engine/index';
import { LabError } from '../error';
import { joinedShape, lowerGraph, type LoweredProgram } from './lowerGraph';
import type { HostScatter } from './lowering';
import type { ProcessorRuntime } from './runtime';
import type { ProcessorWeights } from './weights';

export function sessionOptions({ provider = 'wasm' }: ProcessorRuntime) {
  return { executionProviders: [provider], logSeverityLevel: 3 } as const;
}

export type Feeds = Readonly<Record<string, OrtTensor>>;

export class ProcessorProgram {
  private constructor(
    private readonly runtime: ProcessorRuntime,
    private readonly session: InferenceSession,
    private readonly lowered: LoweredProgram,
    private readonly inputs: readonly Tensor[],
    private readonly weights: ProcessorWeights,
  ) {}

  /** @throws LabError processor/no-lowering, engine/parameter-mismatch, engine/out-of-memory. */
  static async compile(
    runtime: ProcessorRuntime,
    graph: Graph,
    weights: ProcessorWeights,
    outputs: readonly Tensor[],
  ): Promise<ProcessorProgram> {
    return ProcessorProgram.open(
      runtime,
      lowerGraph(graph, outputs, (names) => weights.joined(names) !== undefined, runtime.provider),
      weights,
    );
  }

  /** @throws LabError engine/parameter-mismatch, engine/out-of-memory. */
  static async open(
    runtime: ProcessorRuntime,
    lowered: LoweredProgram,
    weights: ProcessorWeights,
  ): Promise<ProcessorProgram> {
    for (const tensor of [...lowered.weights.values()].flat()) requireSameParameter(weights.spec(tensor.name), tensor);
    const scattered = lowered.scatters.flatMap(({ sortedTokens, sortedIds }) => [sortedTokens, sortedIds]);
    const inputs = new Set([...lowered.inputs.values(), ...scattered]);
    try {
      const session = await runtime.ort.InferenceSession.create(lowered.model, sessionOptions(runtime));
      return new ProcessorProgram(runtime, session, lowered, [...inputs], weights);
    } catch (cause) {
      throw failure('cannot be prepared', cause);
    }
  }

  /** The batch as it is now. Throws `engine/bad-input` for a missing input or a wrong length. */
  feeds(values: Inputs): Feeds {
    for (const tensor of this.inputs) requireInput(tensor, values[tensor.name]);
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, tensor] of this.lowered.inputs) {
      const value = values[tensor.name]!;
      feeds[name] =
        value instanceof Float32Array
          ? new this.runtime.ort.Tensor('float32', value.slice(), tensor.shape)
          : new this.runtime.ort.Tensor('int64', BigInt64Array.from(value, BigInt), tensor.shape);
    }
    return feeds;
  }

  /** By tensor id: what was asked for. `values` are those that `feeds` was made of. */
  async run(feeds: Feeds, values: Inputs): Promise<Map<number, Float32Array>> {
    const { lowered } = this;
    const all: Record<string, OrtTensor> = { ...feeds };
    for (const [name, parameters] of lowered.weights) {
      const whole = this.weights.joined(parameters.map((parameter) => parameter.name))!;
      all[name] = new this.runtime.ort.Tensor('float32', whole, joinedShape(parameters));
    }
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await this.session.run(all);
    } catch (cause) {
      throw failure('stopped', cause);
    }
    const found = new Map<number, Float32Array>();
    for (const [id, name] of lowered.outputs) found.set(id, (results[name] as OrtTensor).data as Float32Array);
    for (const scatter of lowered.scatters) {
      const { id } = scatter.gradient;
      found.set(id, scatterRows(scatter, found.get(scatter.values.id)!, values, found.get(id)));
    }
    return found;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

/** The gradient with rows added to it; those of one id in the order of their tokens, as the sorted lists have them. */
export function scatterRows(
  { gradient, sortedTokens, sortedIds, firstId, scale }: HostScatter,
  rows: Float32Array,
  inputs: Inputs,
  into: Float32Array = new Float32Array(elementCount(gradient.shape)),
): Float32Array {
  const [tokens, ids] = [inputs[sortedTokens.name]!, inputs[sortedIds.name]!];
  const width = gradient.shape[1]!;
  const end = firstId + into.length / width;
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at]!;
    if (id < firstId || id >= end) continue;
    const to = (id - firstId) * width;
    const from = tokens[at]! * width;
    for (let column = 0; column < width; column++) into[to + column]! += scale * rows[from + column]!;
  }
  return into;
}

/** wasm says that memory ran out in several ways, and a number alone where a C++ exception was not caught. */
export function failure(what: string, cause: unknown): LabError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (/bad_alloc|memory|^\d+$/iu.test(why)) {
    return new LabError(
      'engine/out-of-memory',
      `The processor's engine ran out of memory: ${why}`,
      'Lower the batch or the sequence length, or train fewer parameters; wasm addresses 4 GB.',
      {},
      cause,
    );
  }
  return new LabError(
    'processor/failed',
    `The program ${what}: ${why}`,
    'This is a defect of Tokengraft; please report it with the model.',
    {},
    cause,
  );
}

/**
 * How long nodes take alone in onnxruntime: a model of them with everything they read already in it, which gives back one value
 * each, so that nothing is fed and nothing copied out. (onnxruntime folds nothing that could still be fed, and computes in full
 * what one value is asked of.)
 */
import type { InferenceSession } from 'onnxruntime-web';
import type { OnnxTensor, OnnxValue } from '../checkpoint/index';
import { elementCount, type GraphNode, type Inputs, type Tensor } from '../engine/index';
import { OnnxNodes } from '../onnx/index';
import { encodeNodes, lowerNodes, type AreJoined } from './lowerGraph';
import { failure, scatterRows, sessionOptions } from './program';
import type { ProcessorRuntime } from './runtime';

/** Of runs of one model: short ones are repeated so long, long ones read `leastReadings` times. */
const timedMilliseconds = 60;
const leastReadings = 3;
/** Browsers round the clock, to 0.1 ms where a page is not isolated. */
const shortestReading = 2;
const mostRuns = 50;

export interface TimingContext {
  readonly runtime: ProcessorRuntime;
  readonly areJoined: AreJoined;
  readonly inputs: Inputs;
}

/** Milliseconds of some nodes one after the other, the fastest of several runs. */
export async function timeNodes(nodes: readonly GraphNode[], context: TimingContext): Promise<number> {
  const lowered = lowerNodes(asRead(nodes), context.areJoined);
  const { nodes: onnx, fed, inputs, values, gradients, scatters } = lowered;
  const probes: OnnxValue[] = [];
  const probe = (tensor: Tensor, value: string | undefined): void => {
    if (value === undefined) return;
    probes.push({ name: probeOf(onnx, value, `probe ${probes.length}`), type: onnxType(tensor), shape: [] });
  };
  for (const node of nodes) for (const tensor of node.outputs) probe(tensor, values.get(tensor.id));
  for (const tensor of new Set(nodes.flatMap(({ updates }) => updates))) probe(tensor, gradients.get(tensor.id));
  let host = 0;
  for (const scatter of scatters) {
    const rows = ordinary(scatter.values.shape);
    host += await fastest(() => scatterRows(scatter, rows, context.inputs));
  }
  if (probes.length === 0) return host;
  const held = fed.map((value): OnnxTensor => {
    const shape = value.shape as readonly number[];
    return { name: value.name, type: value.type, shape, content: contentOf(value, inputs, context.inputs) };
  });
  return host + (await timeModel(context.runtime, encodeNodes(onnx, fed, probes, held)));
}

/** What a run costs that computes next to nothing. */
export function timeEmptyRun(runtime: ProcessorRuntime): Promise<number> {
  const nodes = new OnnxNodes();
  const value = { name: 'value', type: 'float', shape: [1, 1] } as const;
  const given = { name: probeOf(nodes, value.name, 'probe 0'), type: 'float', shape: [] } as const;
  const held = { ...value, content: new Uint8Array(4) };
  return timeModel(runtime, encodeNodes(nodes, [value], [given], [held]));
}

async function timeModel(runtime: ProcessorRuntime, model: Uint8Array): Promise<number> {
  let session: InferenceSession | undefined;
  try {
    const opened = await runtime.ort.InferenceSession.create(model, sessionOptions(runtime));
    session = opened;
    return await fastest(() => opened.run({}));
  } catch (cause) {
    throw failure('cannot be timed', cause);
  } finally {
    await session?.release();
  }
}

/** Milliseconds of the fastest of several readings, after one that warms up; short runs are read several at once. */
export async function fastest(run: () => unknown): Promise<number> {
  const read = async (runs: number): Promise<number> => {
    const started = performance.now();
    for (let done = 0; done < runs; done++) await run();
    return performance.now() - started;
  };
  await run();
  const first = await read(1);
  const runs = Math.max(1, Math.min(mostRuns, Math.ceil(shortestReading / Math.max(first, 0.01))));
  let best = runs === 1 ? first : Infinity;
  let spent = 0;
  for (let reading = 0; reading < leastReadings || spent < timedMilliseconds; reading++) {
    const time = await read(runs);
    best = Math.min(best, time / runs);
    spent += time;
  }
  return best;
}

/** The nodes with what others compute as inputs, under names of their own. */
function asRead(nodes: readonly GraphNode[]): GraphNode[] {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs.map(({ id }) => id)));
  const asInput = (tensor: Tensor): Tensor => {
    if (tensor.kind !== 'activation' || made.has(tensor.id)) return tensor;
    const { id, type, shape } = tensor;
    // What norms keep of each row is a column in onnxruntime.
    const isColumn = type === 'f32' && shape.length === 1;
    return { ...tensor, kind: 'input', name: `activation ${id}`, shape: isColumn ? [...shape, 1] : shape };
  };
  return nodes.map((node) => ({ ...node, inputs: node.inputs.map(asInput) }));
}

/** The first value of a tensor of any shape. */
function probeOf(nodes: OnnxNodes, value: string, name: string): string {
  const row = nodes.node('Gather', [value, nodes.int(0)], { axis: { int: 0 } });
  const flat = nodes.node('Reshape', [row, nodes.ints(-1)]);
  return nodes.nodeWith('Gather', [flat, nodes.int(0)], { axis: { int: 0 } }, [name])[0]!;
}

const onnxType = (tensor: Tensor): OnnxValue['type'] => (tensor.type === 'u32' ? 'int64' : 'float');

/** Inputs of the graph as they are; of all else the values do not matter, as long as they are ordinary numbers. */
function contentOf(value: OnnxValue, tensors: ReadonlyMap<string, Tensor>, inputs: Inputs): Uint8Array {
  const tensor = tensors.get(value.name);
  const given = tensor && inputs[tensor.name];
  const count = elementCount(value.shape as readonly number[]);
  if (value.type === 'int64') {
    const values = given ? BigInt64Array.from(given, BigInt) : new BigInt64Array(count);
    return new Uint8Array(values.buffer);
  }
  const values = given ? Float32Array.from(given) : ordinary(value.shape as readonly number[]);
  return new Uint8Array(values.buffer);
}

/** Small, and not all the same. */
function ordinary(shape: readonly number[]): Float32Array {
  const values = new Float32Array(elementCount(shape));
  for (let at = 0; at < values.length; at++) values[at] = ((at % 7) - 3) / 64;
  return values;
}

/**
 * A graph of the engine, backward nodes and all, as one ONNX model that is fed everything that changes: weights, which all
 * programs of a model share, and the batch. What it gives are the tensors asked for and the gradients of trained parameters.
 */
import { encodeModel, type OnnxTensor, type OnnxType, type OnnxValue } from '../checkpoint/index';
import type { Graph, GraphNode, Tensor } from '../engine/index';
import { LabError } from '../error';
import { OnnxNodes } from '../onnx/index';
import type { HostScatter, LoweredGraph, Provider } from './lowering';
import { loweringOf } from './lowerings/index';

export interface LoweredProgram {
  readonly model: Uint8Array;
  /** Inputs of the graph that the model reads, by ONNX name. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Parameters by ONNX name: one, or several of consecutive rows as one matrix. */
  readonly weights: ReadonlyMap<string, readonly Tensor[]>;
  /** By tensor id: gradients, and what was asked for. A gradient that only `scatters` add to is not among them. */
  readonly outputs: ReadonlyMap<number, string>;
  readonly scatters: readonly HostScatter[];
}

/** Whether parameters lie behind each other in memory, so that they can be fed as one matrix. */
export type AreJoined = (names: readonly string[]) => boolean;

/** Nodes of a graph as ONNX nodes that nobody has asked for anything yet. */
export interface LoweredNodes extends Pick<LoweredProgram, 'inputs' | 'weights' | 'scatters'> {
  readonly nodes: OnnxNodes;
  /** What has to be fed. */
  readonly fed: readonly OnnxValue[];
  /** By tensor id: computed activations, and gradients. */
  readonly values: ReadonlyMap<number, string>;
  readonly gradients: ReadonlyMap<number, string>;
  value(tensor: Tensor): string;
}

export interface LoweringOptions {
  readonly provider?: Provider | undefined;
  readonly nodes?: OnnxNodes;
  readonly kept?: LoweredGraph['kept'];
  /** Told each node before it is lowered. */
  readonly before?: (node: GraphNode) => void;
}

/** @throws LabError processor/no-lowering. */
export function lowerNodes(
  graphNodes: readonly GraphNode[],
  areJoined: AreJoined,
  {
    nodes = new OnnxNodes(),
    provider = 'wasm',
    kept = new Map<string, readonly string[]>(),
    before,
  }: LoweringOptions = {},
): LoweredNodes {
  const values = new Map<number, string>();
  const inputs = new Map<string, Tensor>();
  const weights = new Map<string, readonly Tensor[]>();
  const fed: OnnxValue[] = [];
  const gradients = new Map<number, string>();
  const scatters: HostScatter[] = [];

  const feed = (name: string, type: OnnxType, shape: readonly number[]): string => {
    fed.push({ name, type, shape });
    return name;
  };
  const feedWeights = (parameters: readonly Tensor[]): string => {
    const name = `weight ${parameters.map(({ id }) => id).join(' ')}`;
    if (weights.has(name)) return name;
    weights.set(name, parameters);
    return feed(name, 'float', joinedShape(parameters));
  };
  const feedInput = (tensor: Tensor): string => {
    const name = `input ${tensor.name}`;
    if (inputs.has(name)) return name;
    inputs.set(name, tensor);
    return feed(name, tensor.type === 'u32' ? 'int64' : 'float', tensor.shape);
  };

  const lowered: LoweredGraph = {
    nodes,
    provider,
    kept,
    value: (tensor) => {
      if (tensor.kind === 'parameter') return feedWeights([tensor]);
      if (tensor.kind === 'input') return feedInput(tensor);
      return values.get(tensor.id) ?? missing(tensor);
    },
    give: (tensor, value) => void values.set(tensor.id, value),
    gradientSoFar: (gradient) => gradients.get(gradient.id),
    setGradient: (gradient, value) => void gradients.set(gradient.id, value),
    addToGradient: (gradient, value) => {
      const before = gradients.get(gradient.id);
      gradients.set(gradient.id, before === undefined ? value : nodes.node('Add', [before, value]));
    },
    joined: (parameters) => {
      if (parameters.length === 1) return feedWeights(parameters);
      if (areJoined(parameters.map(({ name }) => name))) return feedWeights(parameters);
      const key = `joined ${parameters.map(({ id }) => id).join(' ')}`;
      return nodes.once(key, () =>
        nodes.node(
          'Concat',
          parameters.map((parameter) => feedWeights([parameter])),
          { axis: { int: 0 } },
        ),
      );
    },
    scatter: (scatter) => void scatters.push(scatter),
  };
  for (const node of graphNodes) {
    before?.(node);
    nodes.scope = `/${node.label.replaceAll(' / ', '/').replaceAll(' ', '_')}`;
    loweringOf(node)(node, lowered);
  }
  nodes.scope = '';
  return { nodes, fed, inputs, weights, values, gradients, scatters, value: lowered.value };
}

/**
 * @param outputs f32 activations or gradients.
 * @throws LabError processor/no-lowering.
 */
export function lowerGraph(
  graph: Graph,
  outputs: readonly Tensor[],
  areJoined: AreJoined,
  provider?: Provider,
): LoweredProgram {
  const lowered = lowerNodes(graph.nodes, areJoined, { provider });
  const { nodes, fed, inputs, weights, gradients, scatters } = lowered;
  const wanted = new Map<number, Tensor>();
  for (const tensor of [...outputs, ...scatters.map((scatter) => scatter.values)]) wanted.set(tensor.id, tensor);
  const given: OnnxValue[] = [];
  const named = new Map<number, string>();
  for (const tensor of wanted.values()) {
    const isScattered = scatters.some(({ gradient }) => gradient === tensor);
    const value = tensor.kind === 'gradient' ? gradients.get(tensor.id) : lowered.value(tensor);
    if (value === undefined && isScattered) continue;
    if (value === undefined) missing(tensor);
    const name = `output ${tensor.id}`;
    nodes.nodeWith('Identity', [value], {}, [name]);
    given.push({ name, type: 'float', shape: tensor.shape });
    named.set(tensor.id, name);
  }
  const model = encodeNodes(nodes, fed, given);
  return { model, inputs, weights, outputs: named, scatters };
}

/** @param values of what is fed, where it is to lie in the model itself and may then be left out. */
export function encodeNodes(
  nodes: OnnxNodes,
  inputs: readonly OnnxValue[],
  outputs: readonly OnnxValue[],
  values: readonly OnnxTensor[] = [],
): Uint8Array {
  return encodeModel(
    {
      producer: { name: 'tokengraft', version: '0.1.0' },
      operatorSets: nodes.operatorSets,
      metadata: {},
      nodes: nodes.nodes,
      inputs,
      outputs,
      tensors: [...nodes.tensors, ...values],
    },
    new Map(),
  );
}

/** Of parameters of consecutive rows as one. */
export function joinedShape(parameters: readonly Tensor[]): number[] {
  const rows = parameters.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return [rows, ...parameters[0]!.shape.slice(1)];
}

function missing(tensor: Tensor): never {
  throw new LabError('processor/no-lowering', `\`${tensor.name}\` is needed before anything gives it.`);
}

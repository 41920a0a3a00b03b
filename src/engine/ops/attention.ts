/**
 * Causal grouped-query attention within documents, forward and backward in the flash manner. Packed rows end documents
 * too, so the batch is one long sequence and `documentStart`, `documentEnd` are the whole mask.
 */
import { LabError } from '../../error';
import type { Graph, GraphNode, Tensor } from '../graph';
import type { KernelFamily } from '../kernelFamilies';
import { registerOp, type Dispatch, type KernelTarget } from '../op';
import { familyOf } from '../variants';
import { invocationGrid, reads, requireShape, shapeOf, writes } from './dispatch';
import { gradientPlaces, inputPlaces, type InPlace } from './attentionPlaces';
import { attentionWork, blockTokens } from './attentionWork';
import { tableText } from './rope';

export interface AttentionShape {
  readonly heads: number;
  /** Divides `heads`. */
  readonly kvHeads: number;
  /** Even, at most 256. */
  readonly headSize: number;
  /** Usually 1 / sqrt(headSize). */
  readonly scale: number;
  /** Known where no document crosses a multiple of so many tokens: less is computed by an engine that makes use of it. */
  readonly rowLength?: number;
}

/**
 * q [tokens, heads * headSize], k and v [tokens, kvHeads * headSize] -> [tokens, heads * headSize].
 * Token t sees s in [documentStart[t], t]; documentEnd[s] is one past the last token of its document. Documents are
 * consecutive runs of tokens, so both are u32 [tokens] and never decrease.
 */
export function attention(
  graph: Graph,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  documentStart: Tensor,
  documentEnd: Tensor,
  shape: AttentionShape,
): Tensor {
  const { heads, kvHeads, headSize } = shape;
  if (headSize % 2 !== 0 || headSize > 256) {
    throw new LabError(
      'engine/shape',
      `attention: heads of ${headSize} are not supported.`,
      'Even sizes up to 256 are.',
    );
  }
  requireShape(heads % kvHeads === 0, `attention: ${heads} heads do not share ${kvHeads} key heads evenly.`);
  for (const [tensor, count] of [
    [q, heads],
    [k, kvHeads],
    [v, kvHeads],
  ] as const) {
    requireShape(
      shapeOf(tensor, 1) === count * headSize,
      `attention: ${tensor.name} is not [tokens, ${count} * ${headSize}].`,
    );
  }
  const tokens = shapeOf(q, 0);
  return graph.append(
    'attention',
    [q, k, v, documentStart, documentEnd],
    [
      { name: 'attended', shape: q.shape },
      { name: 'logSumExp', shape: [heads, tokens] },
    ],
    { ...shape },
  )[0]!;
}

/** Of a backward pass that turns the gradients of q and k back as it stores them: fuse.ts puts it in the place of two ropes. */
interface Turned {
  readonly rotarySize?: number;
  /** Inverse frequencies; positions stand behind the other inputs. */
  readonly table?: readonly number[];
}

/** @param isTile whether a kernel binds vectors where heads lie in them. */
function turnConstants(node: GraphNode, isTile: boolean): Dispatch['constants'] {
  const { rotarySize = 0, table, headSize } = node.attributes as unknown as Turned & AttentionShape;
  if (!table) return { TURN: false, QUADS: false, VECTOR: false, ROTARY: 0, TABLE: '' };
  const isVector = isTile && headSize % 4 === 0;
  return {
    TURN: true,
    QUADS: isVector && rotarySize % 8 === 0,
    VECTOR: isVector,
    ROTARY: rotarySize,
    TABLE: tableText(table),
  };
}

/**
 * On GPUs tiles go through workgroup memory, 32 queries (or keys) a workgroup of 64; on software adapters they stay in
 * the registers of 8 lanes, as in their matmul.
 */
const kernelsOf = {
  lane: {
    forward: 'attentionLane',
    queryGradient: 'attentionQueryGradientLane',
    keyValueGradient: 'attentionKeyValueGradientLane',
  },
  workgroup: {
    forward: 'attentionTile',
    queryGradient: 'attentionQueryGradientTile',
    keyValueGradient: 'attentionKeyValueGradientTile',
  },
} satisfies Record<KernelFamily, unknown>;

function attentionKernels(node: GraphNode, target: KernelTarget) {
  const attributes = node.attributes as unknown as AttentionShape & InPlace;
  const { heads, kvHeads, headSize, scale } = attributes;
  const tokens = shapeOf(node.inputs[0]!, 0);
  const family = familyOf(target);
  const shape = { TOKENS: tokens, HEADS: heads, KV_HEADS: kvHeads };
  const width = headSize % 4 === 0 ? 4 : 2;
  const common = { ...shape, ...inputPlaces(attributes), HEAD_SIZE: headSize, SCALE: Math.fround(scale) };
  const lanes = { ...common, LANES: 8, QUERIES: 4 };
  const tile = { ...common, STRETCHES: Math.ceil(headSize / 32), PART: width === 4 ? 'vec4f' : 'f32' };
  const constants = {
    lane: { forward: { ...lanes, KEYS: 8 }, backward: { ...lanes, KEYS: 4 } },
    workgroup: { forward: tile, backward: tile },
  } satisfies Record<KernelFamily, unknown>;
  return {
    kernels: kernelsOf[family],
    stored: gradientPlaces(attributes),
    blocks: Math.ceil(tokens / blockTokens),
    ...constants[family],
    delta: { ...shape, PARTS: headSize / width, PART: `vec${width}f` },
    heads,
    kvHeads,
    tokens,
    work: attentionWork(tokens, attributes),
  };
}

registerOp({
  name: 'attention',
  dispatches(node, target) {
    const [q, k, v, documentStart] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    const [attended, logSumExp] = node.outputs as [Tensor, Tensor];
    const { kernels, blocks, forward, heads, work } = attentionKernels(node, target);
    return [
      {
        kernel: kernels.forward,
        constants: forward,
        bindings: [reads(q), reads(k), reads(v), reads(documentStart), writes(attended), writes(logSumExp)],
        workgroups: [blocks, heads, 1],
        work: work.forward,
      },
    ];
  },
  gradient(node, [dAttended], wanted, graph) {
    if (!dAttended || !wanted.some(Boolean)) return node.inputs.map(() => undefined);
    const [q, k, v] = node.inputs as [Tensor, Tensor, Tensor];
    const [dQ, dK, dV] = graph.append(
      'attentionBackward',
      [...node.inputs, ...node.outputs, dAttended],
      [
        { name: 'dQ', shape: q.shape },
        { name: 'dK', shape: k.shape },
        { name: 'dV', shape: v.shape },
        { name: 'rows', shape: [2, ...node.outputs[1]!.shape] },
      ],
      node.attributes,
    );
    return [dQ, dK, dV, undefined, undefined];
  },
});

registerOp({
  name: 'attentionBackward',
  dispatches(node, target) {
    type Eight = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const [q, k, v, documentStart, documentEnd, attended, logSumExp, dAttended] = node.inputs as unknown as Eight;
    const positions = node.inputs.slice(8);
    const turn = turnConstants(node, familyOf(target) === 'workgroup');
    const [rows, dQ] = [node.outputs.at(-1)!, node.outputs[0]!];
    // Or one gradient of all three.
    const dKeyValue = node.outputs.length > 2 ? node.outputs.slice(1, -1) : [dQ];
    const { kernels, stored, blocks, backward, delta, heads, kvHeads, tokens, work } = attentionKernels(node, target);
    const qkv = [reads(q), reads(k), reads(v)];
    return [
      {
        kernel: 'attentionDelta',
        constants: { ...delta, TURN: positions.length > 0 },
        bindings: [
          ...[attended, dAttended, logSumExp].map((tensor) => reads(tensor)),
          writes(rows),
          ...positions.map((tensor) => reads(tensor)),
        ],
        workgroups: invocationGrid(tokens * heads, target),
      },
      {
        kernel: kernels.queryGradient,
        constants: { ...backward, ...stored, ...turn },
        bindings: [...qkv, reads(documentStart), reads(rows), reads(dAttended), writes(dQ)],
        workgroups: [blocks, heads, 1],
        work: work.queryGradient,
      },
      {
        kernel: kernels.keyValueGradient,
        constants: { ...backward, ...stored, ...turn },
        bindings: [
          ...qkv,
          reads(documentEnd),
          reads(rows),
          reads(dAttended),
          ...dKeyValue.map((tensor) => writes(tensor)),
        ],
        workgroups: [blocks, kvHeads, 1],
        work: work.keyValueGradient,
      },
    ];
  },
});

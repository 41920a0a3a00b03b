/**
 * Fusion for GPUs, after fuse.ts: a projection that makes query, key and value is not taken apart for attention, nor are the three
 * gradients put together behind it. Attention reads and writes them where they lie, and ropes turn them there.
 *
 *   splitColumns, ropePair, attention      the ropes in place, then attention
 *   attentionBackward, joinColumns         attention's backward pass
 *
 * What anybody else reads stays apart. Every value is computed from the same operands as before.
 */
import type { GraphNode, Tensor } from './graph';
import { hasEvenHeads } from './ops/attentionPlaces';
import type { ColumnSplit } from './ops/splitColumns';

type Three = readonly [Tensor, Tensor, Tensor];
interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
}

const attends = (op: string): boolean => op === 'attention' || op === 'attentionBackward';

/** `kept`: tensors that are read back. In execution order, as `nodes` is. */
export function fuseParts(nodes: readonly GraphNode[], kept: readonly Tensor[]): readonly GraphNode[] {
  if (!nodes.some(({ op }) => op === 'splitColumns')) return nodes;
  const readers = readersOf(nodes);
  const keptIds = new Set(kept.map(({ id }) => id));
  const isInside = (tensor: Tensor) => tensor.kind === 'activation' && !keptIds.has(tensor.id);
  const onlyReader = (tensor: Tensor): GraphNode | undefined => {
    const found = readers.get(tensor.id) ?? [];
    return found.length === 1 && isInside(tensor) ? found[0] : undefined;
  };
  /** By the node that was: what stands in its place, if anything does. */
  const instead = new Map<GraphNode, GraphNode | undefined>();
  const now = (node: GraphNode) => instead.get(node) ?? node;

  for (const split of nodes) {
    if (split.op !== 'splitColumns') continue;
    const { parts, groups } = split.attributes as unknown as ColumnSplit;
    const [whole] = split.inputs as [Tensor];
    if (parts !== 3 || onlyReader(whole) !== split) continue;
    const rope = ropeOf(split.outputs as unknown as Three, onlyReader);
    const three = (rope ? [...turnedBy(rope, split), split.outputs[2]!] : split.outputs) as unknown as Three;
    const attending = readers.get(three[2].id) ?? [];
    const isFit = (node: GraphNode) =>
      attends(node.op) &&
      three.every((part, at) => node.inputs.indexOf(part) === at && node.inputs.lastIndexOf(part) === at) &&
      hasEvenHeads(groups, node.attributes as unknown as Heads) &&
      (!rope || hasHeadsOf(rope, node));
    const isReadByThemAlone = (part: Tensor) => isInside(part) && readers.get(part.id)?.length === attending.length;
    if (attending.length === 0 || !attending.every(isFit) || !three.every(isReadByThemAlone)) continue;
    instead.set(split, undefined);
    if (rope) instead.set(rope, ropeInPlace(rope, whole, groups));
    for (const node of attending) {
      const inputs = node.inputs.map((input, at) => (at < 3 ? whole : input));
      instead.set(node, { ...now(node), inputs, attributes: { ...now(node).attributes, groups } });
    }
  }

  for (const backward of nodes) {
    if (backward.op !== 'attentionBackward') continue;
    const gradients = backward.outputs.slice(0, 3);
    const join = onlyReader(gradients[0]!);
    if (join?.op !== 'joinColumns' || join.inputs.length !== 3) continue;
    const { parts, groups } = join.attributes as unknown as ColumnSplit;
    const isWhole = gradients.every((part, at) => onlyReader(part) === join && join.inputs[at] === part);
    if (parts !== 3 || !isWhole || !hasEvenHeads(groups, backward.attributes as unknown as Heads)) continue;
    instead.set(join, undefined);
    const attributes = { ...now(backward).attributes, gradientGroups: groups };
    instead.set(backward, { ...now(backward), outputs: [join.outputs[0]!, backward.outputs[3]!], attributes });
  }
  return nodes.flatMap((node) => (instead.has(node) ? (instead.get(node) ?? []) : [node]));
}

function readersOf(nodes: readonly GraphNode[]): ReadonlyMap<number, readonly GraphNode[]> {
  const readers = new Map<number, GraphNode[]>();
  for (const node of nodes) {
    for (const id of new Set([...node.inputs, ...node.updates].map((tensor) => tensor.id))) {
      const known = readers.get(id);
      if (known) known.push(node);
      else readers.set(id, [node]);
    }
  }
  return readers;
}

/** The one that turns query and key, where nobody else reads them as they were. */
function ropeOf([query, key]: Three, onlyReader: (tensor: Tensor) => GraphNode | undefined): GraphNode | undefined {
  const rope = onlyReader(query);
  if (rope?.op !== 'ropePair' || onlyReader(key) !== rope || rope.attributes.backward) return undefined;
  const turns = rope.inputs.slice(0, 2);
  return turns.includes(query) && turns.includes(key) ? rope : undefined;
}

/** Query and key after it. */
function turnedBy(rope: GraphNode, split: GraphNode): readonly Tensor[] {
  return split.outputs.slice(0, 2).map((part) => rope.outputs[rope.inputs.indexOf(part)]!);
}

function hasHeadsOf({ attributes: turned }: GraphNode, { attributes }: GraphNode): boolean {
  const { heads, headSize } = attributes as unknown as Heads;
  return turned.heads === heads && turned.moreHeads === heads && turned.headSize === headSize;
}

function ropeInPlace(rope: GraphNode, whole: Tensor, groups: number): GraphNode {
  const { moreHeads: _, backward: __, ...attributes } = rope.attributes;
  return {
    ...rope,
    label: rope.label.replace(/ropePair$/, 'ropeParts'),
    op: 'ropeParts',
    inputs: rope.inputs.slice(2),
    updates: [whole],
    outputs: [],
    attributes: { ...attributes, groups },
  };
}

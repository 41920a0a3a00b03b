/**
 * Which nodes make use of what others have made: masks, slopes, what attention keeps for its backward. Alone such a node would
 * do that work again, so it is timed with them and they without it.
 */
import type { GraphNode } from '../engine/index';
import { OnnxNodes } from '../onnx/index';
import { lowerNodes, type AreJoined } from './lowerGraph';

/** Nodes, in their order, whose work a node uses; none is missing from the map. */
export type SharedWork = ReadonlyMap<GraphNode, readonly GraphNode[]>;

/** @throws LabError processor/no-lowering. */
export function sharedWork(graphNodes: readonly GraphNode[], areJoined: AreJoined): SharedWork {
  const makers = new Map<string, GraphNode>();
  const used = new Map<GraphNode, Set<GraphNode>>(graphNodes.map((node) => [node, new Set()]));
  let current: GraphNode;
  const touch = (key: string): void => {
    const maker = makers.get(key);
    if (!maker) makers.set(key, current);
    else if (maker !== current) used.get(current)!.add(maker);
  };
  lowerNodes(graphNodes, areJoined, {
    nodes: new WatchedNodes(touch),
    kept: new WatchedMap(touch),
    before: (node) => (current = node),
  });
  return new Map([...used].map(([node, makersOfIt]) => [node, [...makersOfIt].sort((a, b) => a.id - b.id)]));
}

class WatchedNodes extends OnnxNodes {
  constructor(private readonly touch: (key: string) => void) {
    super();
  }

  override once(key: string, make: () => string): string {
    this.touch(`once ${key}`);
    return super.once(key, make);
  }

  /** Nothing is run: tables need no values. */
  override table(name: string): string {
    return name;
  }
}

class WatchedMap extends Map<string, readonly string[]> {
  constructor(private readonly touch: (key: string) => void) {
    super();
  }

  override get(key: string): readonly string[] | undefined {
    this.touch(`kept ${key}`);
    return super.get(key);
  }

  override set(key: string, value: readonly string[]): this {
    this.touch(`kept ${key}`);
    return super.set(key, value);
  }
}

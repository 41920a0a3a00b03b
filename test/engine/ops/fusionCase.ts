/** A graph for tests of fusion: filled with normals, fused, checked for what is left of it, and run. */
import { expect } from 'vitest';
import { fuse } from '../../../src/engine/fuse';
import { elementCount, Graph, type Tensor } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { scaled } from '../../../src/engine/ops/index';
import type { HostValues, KernelBench } from './runDispatches';
import { asBf16, normals } from './values';

/** A graph whose inputs are filled with normals. */
export class Case {
  constructor(private readonly bench: KernelBench) {}

  readonly graph = new Graph();
  readonly values: Record<string, HostValues> = {};

  input(name: string, shape: readonly number[]): Tensor {
    this.values[name] = normals(elementCount(shape), name.length + shape[0]!);
    return this.graph.input(name, shape, 'f32');
  }

  weight(
    name: string,
    shape: readonly number[],
    type: 'f32' | 'bf16' = 'f32',
  ): { tensor: Tensor; values: Float32Array } {
    const { rounded, packed } = asBf16(normals(elementCount(shape), name.length + 7 * shape[0]!));
    this.values[name] = type === 'bf16' ? packed : rounded;
    return { tensor: this.graph.parameter(name, shape, type), values: rounded };
  }

  /** A gradient that some op has computed: the input itself. */
  computed(name: string, shape: readonly number[]): Tensor {
    return scaled(this.graph, this.input(name, shape), 1);
  }

  f32(name: string): Float32Array {
    return this.values[name] as Float32Array;
  }

  /** Fuses, checks what is left, and runs it. */
  async run(ops: readonly string[], wanted: readonly Tensor[], variant: string): Promise<HostValues[]> {
    const nodes = fuse(this.graph.nodes, wanted);
    expect(nodes.map(({ op }) => op)).toEqual(ops);
    const target = this.bench.targetFor(variant);
    const dispatches = nodes.flatMap((node) => opNamed(node.op).dispatches(node, target));
    return this.bench.runDispatches(dispatches, this.values, wanted);
  }
}

// What a step must do, counted by hand on shapes that no tile divides, and over every dispatch of a step.
import { describe, expect, it } from 'vitest';
import { Graph, linear, rmsNorm, stepWork, type KernelTarget, type TrainingOptions } from '../../src/engine/index';
import { opNamed } from '../../src/engine/op';
import { attentionWork } from '../../src/engine/ops/attentionWork';
import { updates, reads, writes } from '../../src/engine/ops/dispatch';
import { workOf } from '../../src/engine/work';
import { toyGraph, toySpecs } from './toyModel';

const target: KernelTarget = {
  maxWorkgroupsPerDimension: 65535,
  maxInvocationsPerWorkgroup: 256,
  maxWorkgroupStorageBytes: 16384,
  maxBindingBytes: 128 * 2 ** 20,
  matmulVariant: 'tile',
};

describe('the work of a dispatch', () => {
  it('is every bound value once, and twice where it is updated in place', () => {
    const graph = new Graph();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => graph.input(name, [6, 5], 'f32')) as never[];
    expect(workOf({ bindings: [reads(a!), writes(b!), updates(c!, [2, 5])] })).toEqual({
      reads: 4 * 30 + 4 * 15,
      writes: 4 * 30 + 4 * 15,
      flops: 0,
    });
  });

  it('of a product is each operand once for every tile across it', () => {
    const graph = new Graph();
    const hidden = graph.input('hidden', [65, 10], 'f32');
    const weight = graph.parameter('weight', [130, 10], 'bf16');
    const bias = graph.parameter('bias', [130], 'f32');
    linear(graph, hidden, weight, bias);
    const [dispatch] = opNamed('linear').dispatches(graph.nodes[0]!, target);
    // 2 tiles of 64 rows, 3 of 64 columns.
    expect(workOf(dispatch!)).toEqual({
      reads: 4 * 65 * 10 * 3 + 2 * 130 * 10 * 2 + 4 * 130 * 2,
      writes: 4 * 65 * 130,
      flops: 2 * 65 * 130 * 10,
    });
  });

  it('of attention is what each block of queries sees of its row, keys before it included', () => {
    const shape = { heads: 2, kvHeads: 1, headSize: 6, scale: 1, rowLength: 40 };
    // Blocks [0, 32), [32, 64), [64, 80) of rows [0, 40), [40, 80): the second reaches back to 0.
    const { forward, keyValueGradient } = attentionWork(80, shape);
    const keys = 32 + 64 + 40;
    expect(forward.reads).toBe(4 * 80 * 12 + 2 * 2 * keys * 24);
    expect(forward.flops).toBe(4 * 6 * 2 * (32 * 32 + 32 * 64 + 16 * 40));
    // Queries that see them: [0, 40), [32, 80), [64, 80).
    expect(keyValueGradient.reads).toBe(2 * 4 * 80 * 6 + 2 * (40 + 48 + 16) * (48 + 8));
  });
});

describe('the work of a step', () => {
  const { graph, tokenLoss } = toyGraph();
  const options: TrainingOptions = {
    groups: { all: { parameters: toySpecs.map(({ name }) => name), weightDecay: 0 } },
    ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 1, microBatches: 1, readback: [tokenLoss] },
  };

  it('adds up over kernels and over kinds, and leaves products and attention out of what lies outside', () => {
    const { kernels, kinds, total, outside } = stepWork(graph, options, target);
    for (const key of ['dispatches', 'reads', 'writes', 'flops'] as const) {
      expect(kernels.reduce((sum, work) => sum + work[key], 0)).toBe(total[key]);
      expect(Object.values(kinds).reduce((sum, work) => sum + work[key], 0)).toBe(total[key]);
    }
    const products = kernels.filter(({ flops }) => flops > 0).map(({ kernel }) => kernel);
    expect([...new Set(products)]).toEqual(['matmulTile']);
    expect(outside.flops).toBe(0);
    expect(outside.reads).toBeLessThan(total.reads);
  });

  it('counts the graph once a micro-batch and the update once', () => {
    const once = stepWork(graph, options, target);
    const thrice = stepWork(graph, { ...options, microBatches: 3 }, target);
    expect(thrice.kinds.optimizer).toEqual(once.kinds.optimizer);
    expect(thrice.kinds.linear!.dispatches).toBe(3 * once.kinds.linear!.dispatches);
    expect(thrice.total.flops).toBe(3 * once.total.flops);
  });

  it('counts a norm as its row, its weight and what it keeps', () => {
    const small = new Graph();
    rmsNorm(small, small.input('hidden', [7, 9], 'f32'), small.parameter('weight', [9], 'f32'), 1e-5);
    const [dispatch] = opNamed('rmsNorm').dispatches(small.nodes[0]!, target);
    expect(workOf(dispatch!)).toEqual({ reads: 4 * (63 + 9), writes: 4 * (63 + 7), flops: 0 });
  });
});

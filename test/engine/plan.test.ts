import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { placeInArenas, type Lifetime } from '../../src/engine/arenas';
import { ForwardProgram, ParameterStore, planProgram, type TrainingOptions } from '../../src/engine/index';
import { opNamed } from '../../src/engine/op';
import { openTestDevice } from '../support/gpu';
import { toyGraph, toySpecs } from './toyModel';

const limits = { maxBindingBytes: 2 ** 27, maxBufferBytes: 2 ** 28 };

function training(names = toySpecs.map(({ name }) => name)): TrainingOptions {
  const groups = { all: { parameters: names, weightDecay: 0 } };
  return { groups, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 1, microBatches: 1, readback: [] };
}

describe('placement in arenas', () => {
  const lifetime = fc.record({ bytes: fc.integer({ min: 1, max: 5000 }), birth: fc.nat(30), length: fc.nat(10) });

  it('never lets two tensors that live at the same time overlap, nor foes share a buffer', () => {
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 40 }), fc.array(fc.tuple(fc.nat(39), fc.nat(39))), (lives, pairs) => {
        const lifetimes = lives.map(({ bytes, birth, length }, tensor): Lifetime => ({
          tensor,
          bytes,
          birth,
          death: birth + length,
        }));
        const foes = new Map<number, Set<number>>();
        for (const [a, b] of pairs) {
          if (a === b) continue;
          foes.set(a, (foes.get(a) ?? new Set()).add(b));
          foes.set(b, (foes.get(b) ?? new Set()).add(a));
        }
        const { placements, bufferBytes } = placeInArenas(lifetimes, foes, 8192);
        for (const a of lifetimes) {
          const place = placements.get(a.tensor)!;
          expect(place.offset % 256).toBe(0);
          expect(place.bytes).toBeGreaterThanOrEqual(a.bytes);
          expect(place.offset + place.bytes).toBeLessThanOrEqual(bufferBytes[place.buffer]!);
          for (const b of lifetimes) {
            const other = placements.get(b.tensor)!;
            if (a.tensor >= b.tensor || place.buffer !== other.buffer) continue;
            expect(foes.get(a.tensor)?.has(b.tensor) ?? false).toBe(false);
            const together = a.birth <= b.death && b.birth <= a.death;
            const apart = place.offset + place.bytes <= other.offset || other.offset + other.bytes <= place.offset;
            expect(!together || apart).toBe(true);
          }
        }
        expect(Math.max(0, ...bufferBytes)).toBeLessThanOrEqual(8192);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a memory plan', () => {
  it('counts everything before a device is there', () => {
    const options = { ...training(), besideBytes: 1000 };
    const plan = planProgram(toyGraph().graph, { parameters: toySpecs, limits, training: options });
    expect(plan.fits).toBe(true);
    expect(plan.bytes.beside).toBe(1000);
    expect(plan.total).toBe(Object.values(plan.bytes).reduce((sum, bytes) => sum + bytes, 0));
    expect(Object.values(plan.bytes).every((bytes) => bytes > 0)).toBe(true);
    expect(plan.largestBinding.bytes).toBeGreaterThan(0);
  });

  it('costs no gradient and no optimizer state for frozen parameters', () => {
    const trainable = (name: string) => name === 'table#7';
    const all = planProgram(toyGraph().graph, { parameters: toySpecs, limits, training: training() });
    const rows = planProgram(toyGraph({ trainable }).graph, {
      parameters: toySpecs,
      limits,
      training: training(['table#7']),
    });
    expect(rows.bytes.gradients).toBe(256);
    expect(rows.bytes.optimizer).toBeLessThan(all.bytes.optimizer);
  });

  it('never puts what a dispatch reads and what it writes into one buffer', () => {
    const { graph } = toyGraph();
    const { activations } = planProgram(graph, { parameters: toySpecs, limits, training: training() });
    const target = { ...limits, maxWorkgroupsPerDimension: 65535, maxInvocationsPerWorkgroup: 256 };
    const kernels = { maxWorkgroupStorageBytes: 16384, matmulVariant: 'tile' };
    for (const node of graph.nodes) {
      for (const { bindings } of opNamed(node.op).dispatches(node, { ...target, ...kernels })) {
        const buffers = (access: string) =>
          bindings.flatMap((binding) => {
            const place = binding.access === access ? activations.placements.get(binding.tensor.id) : undefined;
            return place ? [place.buffer] : [];
          });
        const written = new Set(buffers('readWrite'));
        expect(buffers('read').filter((buffer) => written.has(buffer))).toEqual([]);
      }
    }
  });

  it('names the tensor and both numbers when a binding is too large', () => {
    const small = { ...limits, maxBindingBytes: 220 };
    const plan = planProgram(toyGraph().graph, { parameters: toySpecs, limits: small });
    expect(plan.fits).toBe(false);
    expect(plan.problems.map(({ message }) => message)).toContainEqual(expect.stringContaining('table#0 needs a'));
  });

  it('over budget is refused before anything is allocated', async () => {
    const device = await openTestDevice();
    const store = await ParameterStore.create(device, toySpecs);
    const { graph, tokenLoss } = toyGraph();
    let allocations = 0;
    const create = device.gpu.createBuffer.bind(device.gpu);
    device.gpu.createBuffer = (descriptor) => {
      allocations++;
      return create(descriptor);
    };
    const compiled = ForwardProgram.compile(device, graph, store, [tokenLoss], { budgetBytes: 1000 });
    await expect(compiled).rejects.toMatchObject({
      code: 'engine/does-not-fit',
      message: expect.stringContaining('budget'),
    });
    expect(allocations).toBe(0);
  });
});

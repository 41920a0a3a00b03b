// AdamW, dense and by lazy rows, the global norm and its clip factor.
import { beforeAll, describe, expect, test } from 'vitest';
import { Graph, type Tensor } from '../../../src/engine/graph';
import { adamwDispatches, gradientNormDispatches, partialsPerGradient } from '../../../src/engine/optimizerKernels';
import * as reference from './reference';
import { openKernelBench, type KernelBench } from './runDispatches';
import { expectClose, normals } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

const settings: reference.AdamwSettings = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.1,
};

function scalarsAt(step: number): Float32Array {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = settings;
  return Float32Array.of(learningRate, beta1, beta2, epsilon, weightDecay, 1 - beta1 ** step, 1 - beta2 ** step);
}

function tensors(shape: readonly number[]) {
  const graph = new Graph();
  const make = (name: string, size: readonly number[] = shape, type: 'f32' | 'u32' = 'f32'): Tensor =>
    graph.input(name, size, type);
  return {
    weight: make('weight'),
    gradient: make('gradient'),
    firstMoment: make('firstMoment'),
    secondMoment: make('secondMoment'),
    scalars: make('scalars', [7]),
    clip: make('clip', [3]),
    rowSteps: make('rowSteps', [shape[0]!], 'u32'),
  };
}

describe.each(['lane', 'tile'])('for a %s target', (variant) => {
  test.each([3, 65, 4 * 130])(
    'AdamW over %i values follows the formula for three steps and clears the gradient',
    async (count) => {
      const { rowSteps: _, ...state } = tensors([count]);
      const target = bench.targetFor(variant);
      let weight = normals(count, 1);
      let [firstMoment, secondMoment] = [new Float32Array(count), new Float32Array(count)];
      const expected = [...weight].map((w) => ({ weight: w, firstMoment: 0, secondMoment: 0 }));
      for (let step = 1; step <= 3; step++) {
        const gradient = normals(count, 10 + step);
        const clip = Float32Array.of(1, 0.5, 2);
        const values = { weight, gradient, firstMoment, secondMoment, clip, scalars: scalarsAt(step) };
        const wanted = [state.weight, state.firstMoment, state.secondMoment, state.gradient];
        const results = await bench.runDispatches(adamwDispatches({ ...state, target }), values, wanted);
        [weight, firstMoment, secondMoment] = results.slice(0, 3) as [
          Float32Array<ArrayBuffer>,
          Float32Array<ArrayBuffer>,
          Float32Array<ArrayBuffer>,
        ];
        for (const [i, value] of expected.entries()) {
          expected[i] = reference.adamw(
            value.weight,
            gradient[i]! / 2,
            value.firstMoment,
            value.secondMoment,
            step,
            settings,
          );
        }
        expectClose(
          weight,
          expected.map((value) => value.weight),
          `weight after step ${step}`,
        );
        expectClose(
          firstMoment,
          expected.map((value) => value.firstMoment),
          'firstMoment',
        );
        expectClose(
          secondMoment,
          expected.map((value) => value.secondMoment),
          'secondMoment',
        );
        expect([...(results[3] as Float32Array)].every((g) => g === 0)).toBe(true);
      }
    },
  );

  test('lazy rows correct for their own steps; rows without gradient stay equal to the bit', async () => {
    const [rows, width] = [19, 17];
    const state = tensors([rows, width]);
    const target = bench.targetFor(variant);
    const weight = normals(rows * width, 2);
    const firstMoment = normals(rows * width, 3, 0.1);
    const secondMoment = normals(rows * width, 4, 0.1).map((v) => v * v);
    const rowSteps = Uint32Array.from({ length: rows }, (_, row) => row * row);
    const gradient = normals(rows * width, 5);
    const isTouched = (row: number) => row % 3 !== 0;
    // A touched row may have zeros in it, even all but its last value.
    gradient.forEach((_, i) => {
      const row = Math.floor(i / width);
      if (!isTouched(row) || (row === 4 && i % width !== width - 1)) gradient[i] = 0;
    });
    const values = {
      weight,
      gradient,
      firstMoment,
      secondMoment,
      rowSteps,
      scalars: scalarsAt(1),
      clip: Float32Array.of(0, 1, 0),
    };
    const wanted = [state.weight, state.firstMoment, state.secondMoment, state.gradient, state.rowSteps];
    const results = await bench.runDispatches(adamwDispatches({ ...state, target, lazyRows: true }), values, wanted);
    const [newWeight, newFirst, newSecond, newGradient, newSteps] = results as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Uint32Array,
    ];
    const expected = [...weight].map((w, i) => {
      const row = Math.floor(i / width);
      if (!isTouched(row)) return { weight: w, firstMoment: firstMoment[i]!, secondMoment: secondMoment[i]! };
      return reference.adamw(w, gradient[i]!, firstMoment[i]!, secondMoment[i]!, rowSteps[row]! + 1, settings);
    });
    expectClose(
      newWeight.map((w, i) => w - weight[i]!),
      expected.map((value, i) => value.weight - weight[i]!),
      'update',
    );
    expectClose(
      newFirst,
      expected.map((value) => value.firstMoment),
      'firstMoment',
    );
    expectClose(
      newSecond,
      expected.map((value) => value.secondMoment),
      'secondMoment',
    );
    expect(newGradient.every((g) => g === 0)).toBe(true);
    for (let row = 0; row < rows; row++) {
      expect(newSteps[row]).toBe(rowSteps[row]! + (isTouched(row) ? 1 : 0));
      const span = [row * width, (row + 1) * width] as const;
      const isSame = [...newWeight.slice(...span)].every((w, i) => w === weight[span[0] + i]);
      expect(isSame).toBe(!isTouched(row));
    }
  });

  test.each([0, 1, 1e6])('the norm over ragged gradients, clipped at %d', async (largestNorm) => {
    const graph = new Graph();
    const sizes = [3, 65, 130 * 17, 64 * 64];
    const gradients = sizes.map((size, index) => graph.input(`gradient ${index}`, [size], 'f32'));
    const partials = graph.input('partials', [sizes.length * partialsPerGradient], 'f32');
    const clip = graph.input('clip', [3], 'f32');
    const values = Object.fromEntries(sizes.map((size, index) => [`gradient ${index}`, normals(size, 20 + index)]));
    const dispatches = gradientNormDispatches(gradients, partials, clip, bench.targetFor(variant));
    const [actual] = await bench.runDispatches(
      dispatches,
      { ...values, clip: Float32Array.of(largestNorm, NaN, NaN) },
      [clip],
    );
    const squares = Object.values(values).flatMap((value) => [...value].map((g) => g * g));
    const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
    const factor = largestNorm > 0 ? Math.min(1, largestNorm / (norm + 1e-6)) : 1;
    expectClose(actual!, [largestNorm, factor, norm], 'clip');
  });

  test('a gradient that is not finite moves no weight', async () => {
    const state = tensors([2, 4]);
    const { rowSteps: _, ...dense } = state;
    const target = bench.targetFor(variant);
    const partials = new Graph().input('partials', [partialsPerGradient], 'f32');
    const partialsTensor = { ...partials, id: 99 };
    const weight = normals(8, 30);
    const values = {
      weight,
      gradient: normals(8, 31).fill(Infinity, 3, 4),
      firstMoment: new Float32Array(8),
      secondMoment: new Float32Array(8),
      rowSteps: new Uint32Array(2),
      scalars: scalarsAt(1),
      clip: Float32Array.of(1, NaN, NaN),
    };
    const norm = gradientNormDispatches([state.gradient], partialsTensor, state.clip, target);
    const wanted = [state.weight, state.firstMoment, state.gradient];
    for (const update of [
      adamwDispatches({ ...dense, target }),
      adamwDispatches({ ...state, target, lazyRows: true }),
    ]) {
      const results = await bench.runDispatches([...norm, ...update], values, wanted);
      expect(results).toEqual([weight, new Float32Array(8), new Float32Array(8)]);
    }
  });
});

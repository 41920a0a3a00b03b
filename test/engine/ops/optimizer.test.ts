// AdamW, dense and by lazy rows, the global norm and its clip factor.
import { beforeAll, describe, expect, test } from 'vitest';
import { Graph, type Tensor } from '../../../src/engine/graph';
import {
  adamwDispatch,
  adamwRowsDispatch,
  clipFactorDispatch,
  partialBlocks,
  passTable,
  squaredNormDispatch,
  type AdamwPass,
  type PassEntry,
} from '../../../src/engine/optimizerKernels';
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

/** Tensors of these sizes in one buffer of each kind, each at other places, NaN in front of and between them. */
function passOver(counts: readonly number[]) {
  const graph = new Graph();
  const spaced = (gap: number) => {
    let end = 0;
    return counts.map((count) => {
      const start = end + gap;
      end = start + 4 * Math.ceil(count / 4);
      return start;
    });
  };
  const places = { weights: spaced(8), gradients: spaced(0), moments: spaced(20) };
  const sizeOf = (starts: readonly number[]) => starts.at(-1)! + 4 * Math.ceil(counts.at(-1)! / 4) + 4;
  const groups = counts.map((_, index) => index % 2);
  const entries = counts.map((count, index): PassEntry => {
    const bytes = (starts: readonly number[]) => 4 * starts[index]!;
    const at = { weight: bytes(places.weights), gradient: bytes(places.gradients), moment: bytes(places.moments) };
    return { count, ...at, scalars: 256 * groups[index]! };
  });
  const rows = passTable(entries);
  const make = (name: string, size: number, type: 'f32' | 'u32' = 'f32') => graph.input(name, [size], type);
  const pass: AdamwPass = {
    weights: make('weights', sizeOf(places.weights)),
    gradients: make('gradients', sizeOf(places.gradients)),
    firstMoments: make('firstMoments', sizeOf(places.moments)),
    secondMoments: make('secondMoments', sizeOf(places.moments)),
    scalars: make('scalars', 128),
    table: make('table', rows.length, 'u32'),
    rows,
    values: counts.reduce((sum, count) => sum + count, 0),
  };
  /** Tensors one behind the other at their places, zeros up to a whole quad. */
  const laid = (starts: readonly number[], size: number, tensors_: readonly Float32Array[]): Float32Array => {
    const buffer = new Float32Array(size).fill(NaN);
    for (const [index, values] of tensors_.entries()) {
      buffer.fill(0, starts[index], starts[index]! + 4 * Math.ceil(values.length / 4));
      buffer.set(values, starts[index]);
    }
    return buffer;
  };
  return { pass, clip: make('clip', 3), places, groups, laid };
}

describe.each(['lane', 'tile'])('for a %s target', (variant) => {
  test.each([[[3]], [[65, 4 * 130, 1, 5000]], [[2049, 2048, 4]]])(
    'AdamW over tensors of %j values follows the formula for three steps, clears gradients and touches nothing between',
    async (counts) => {
      const { pass, clip, places, groups, laid } = passOver(counts);
      const target = bench.targetFor(variant);
      const of = (seed: number) => counts.map((count, index) => normals(count, seed + index));
      const sizes = { weights: pass.weights.shape[0]!, moments: pass.firstMoments.shape[0]! };
      const zeros = counts.map((count) => new Float32Array(count));
      let weights: Float32Array = laid(places.weights, sizes.weights, of(1));
      let firstMoments: Float32Array = laid(places.moments, sizes.moments, zeros);
      let secondMoments: Float32Array = firstMoments.slice();
      const expected = of(1).map((tensor) =>
        [...tensor].map((weight) => ({ weight, firstMoment: 0, secondMoment: 0 })),
      );
      const ofGroup = groups.map((group) => ({ ...settings, learningRate: settings.learningRate / (1 + 9 * group) }));
      for (let step = 1; step <= 3; step++) {
        const gradients = of(10 * step + 7);
        const scalars = new Float32Array(128);
        scalars.set(scalarsAt(step));
        scalars.set([settings.learningRate / 10, ...scalarsAt(step).slice(1)], 64);
        const buffer = laid(places.gradients, pass.gradients.shape[0]!, gradients);
        const values = { weights, gradients: buffer, firstMoments, secondMoments, scalars };
        const wanted = [pass.weights, pass.firstMoments, pass.secondMoments, pass.gradients];
        const results = await bench.runDispatches(
          [adamwDispatch(pass, clip, target)],
          { ...values, clip: Float32Array.of(1, 0.5, 2), table: pass.rows },
          wanted,
        );
        const cleared = laid(places.gradients, buffer.length, zeros);
        expect(results[3]).toEqual(cleared);
        [weights, firstMoments, secondMoments] = results as [Float32Array, Float32Array, Float32Array];
        for (const [index, tensor] of expected.entries()) {
          for (const [i, { weight, firstMoment, secondMoment }] of tensor.entries()) {
            const halved = gradients[index]![i]! / 2;
            tensor[i] = reference.adamw(weight, halved, firstMoment, secondMoment, step, ofGroup[index]!);
          }
          const part = (found: Float32Array, starts: readonly number[]) =>
            found.slice(starts[index], starts[index]! + counts[index]!);
          const column = (name: 'weight' | 'firstMoment' | 'secondMoment') => tensor.map((value) => value[name]);
          expectClose(part(weights, places.weights), column('weight'), `weight ${index} after step ${step}`);
          expectClose(part(firstMoments, places.moments), column('firstMoment'), 'firstMoment');
          expectClose(part(secondMoments, places.moments), column('secondMoment'), 'secondMoment');
        }
        const untouched = laid(places.weights, weights.length, zeros);
        expect(weights.filter((_, at) => Number.isNaN(untouched[at])).every(Number.isNaN)).toBe(true);
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
    const results = await bench.runDispatches([adamwRowsDispatch(state, target)], values, wanted);
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

  test.each([0, 1, 1e6])('the norm over buffers of gradients, clipped at %d', async (largestNorm) => {
    const graph = new Graph();
    // More than the least blocks have two million quads.
    const sizes = [4, 68, 130 * 20, 2 ** 21];
    const gradients = sizes.map((size, index) => graph.input(`gradients ${index}`, [size], 'f32'));
    const target = bench.targetFor(variant);
    const ends = sizes.map((_, index) =>
      sizes.slice(0, index + 1).reduce((sum, size) => sum + partialBlocks(4 * size), 0),
    );
    expect(ends).toEqual([64, 128, 192, 320]);
    const partials = graph.input('partials', [ends.at(-1)!], 'f32');
    const clip = graph.input('clip', [3], 'f32');
    const values = Object.fromEntries(sizes.map((size, index) => [`gradients ${index}`, normals(size, 20 + index)]));
    const dispatches = gradients.map((each, index) =>
      squaredNormDispatch(each, partials, [ends[index - 1] ?? 0, ends[index]!], target),
    );
    const [actual] = await bench.runDispatches(
      [...dispatches, clipFactorDispatch(partials, clip, target)],
      { ...values, clip: Float32Array.of(largestNorm, NaN, NaN) },
      [clip],
    );
    const squares = Object.values(values).reduce((sum, each) => each.reduce((all, g) => all + g * g, sum), 0);
    const norm = Math.sqrt(squares);
    const factor = largestNorm > 0 ? Math.min(1, largestNorm / (norm + 1e-6)) : 1;
    expectClose(actual!, [largestNorm, factor, norm], 'clip');
  });

  test('a gradient that is not finite moves no weight', async () => {
    const target = bench.targetFor(variant);
    const state = tensors([2, 4]);
    const { pass, clip, places, laid } = passOver([8]);
    const norms = (gradients: Tensor, record: Tensor) => {
      const partials: Tensor = { ...gradients, id: 99, name: 'partials', shape: [64] };
      return [squaredNormDispatch(gradients, partials, [0, 64], target), clipFactorDispatch(partials, record, target)];
    };
    const weight = normals(8, 30);
    const gradient = normals(8, 31).fill(Infinity, 3, 4);
    const record = Float32Array.of(1, NaN, NaN);
    const rows = {
      ...{ weight, gradient, firstMoment: new Float32Array(8), secondMoment: new Float32Array(8) },
      ...{ rowSteps: new Uint32Array(2), scalars: scalarsAt(1), clip: record },
    };
    const wanted = [state.weight, state.firstMoment, state.gradient];
    const byRows = [...norms(state.gradient, state.clip), adamwRowsDispatch(state, target)];
    expect(await bench.runDispatches(byRows, rows, wanted)).toEqual([weight, new Float32Array(8), new Float32Array(8)]);

    const moments = laid(places.moments, pass.firstMoments.shape[0]!, [new Float32Array(8)]);
    const values = {
      weights: laid(places.weights, pass.weights.shape[0]!, [weight]),
      // What is behind the last tensor of a buffer is zero.
      gradients: laid(places.gradients, pass.gradients.shape[0]!, [gradient]).fill(0, 8),
      ...{ firstMoments: moments, secondMoments: moments, scalars: new Float32Array(128).fill(0.5) },
      ...{ clip: record, table: pass.rows },
    };
    const dense = [...norms(pass.gradients, clip), adamwDispatch(pass, clip, target)];
    const [weights, firstMoments, gradients] = await bench.runDispatches(dense, values, [
      pass.weights,
      pass.firstMoments,
      pass.gradients,
    ]);
    expect([weights, firstMoments]).toEqual([values.weights, moments]);
    expect(gradients!.every((value) => value === 0)).toBe(true);
  });
});

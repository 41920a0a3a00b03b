/** The self-test of AdamW, dense and by rows, and of clipping: three steps of a three-matrix model against f64 loops. */
import type { Engine, Steps } from './engine';
import { addGradients } from './gradients';
import { Graph } from './graph';
import { embedding, linear, linearCrossEntropy } from './ops/index';
import * as reference from './selfTestReference';
import type { Values } from './selfTestReference';

export interface OptimizerCheck {
  readonly name: string;
  readonly found: ArrayLike<number>;
  readonly wanted: ArrayLike<number>;
}

const width = 6;
const rows = 11;
const ids = [1, 4, 4, 9, 0];
const targets = [4, 4, 9, 0, 10];
const order = [4, 0, 1, 2, 3];
const steps = 3;
const settings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clipNorm: 0.3 };
const decay = 0.05;
const rate = 0.02;

export async function checkOptimizer(engine: Engine): Promise<OptimizerCheck[]> {
  const graph = new Graph();
  const table = graph.parameter('table', [rows, width], 'f32', true);
  const middle = graph.parameter('middle', [width, width], 'f32', true);
  const head = graph.parameter('head', [rows, width], 'f32', true);
  const index = (name: string) => graph.input(name, [ids.length], 'u32');
  const scatter = { sortedTokens: index('sortedTokens'), sortedIds: index('sortedIds') };
  const embedded = embedding(graph, index('ids'), [{ parameter: table, firstId: 0 }], scatter);
  const hidden = linear(graph, embedded, middle);
  const scale = graph.input('lossScale', [1], 'f32');
  const segments = [{ parameter: head, firstId: 0 }];
  const options = { chunkTokens: 64, differentiate: true };
  const { tokenLoss } = linearCrossEntropy(graph, hidden, segments, index('targets'), scale, options);
  addGradients(graph, tokenLoss);

  const start = (seed: number, count = rows * width) =>
    Float64Array.from({ length: count }, (_, at) => Math.fround(Math.sin(at * seed + 1)));
  const first = { table: start(0.7), middle: start(2.1, width * width), head: start(1.3) };
  const specs = [table, middle, head].map(({ name, shape }) => ({ name, shape, type: 'f32' as const }));
  const store = await engine.weights(specs);
  let program: Steps | undefined;
  try {
    for (const [name, values] of Object.entries(first)) store.write(name, Float32Array.from(values));
    const wanted = adamwReference(first);
    program = await engine.training(graph, store, {
      ...settings,
      groups: {
        rows: { parameters: ['table'], weightDecay: decay, lazyRows: true },
        dense: { parameters: ['head'], weightDecay: decay },
        undecayed: { parameters: ['middle'], weightDecay: 0 },
      },
      microBatches: 1,
      readback: [],
    });
    const inputs = {
      ids: Uint32Array.from(ids),
      targets: Uint32Array.from(targets),
      sortedTokens: Uint32Array.from(order),
      sortedIds: Uint32Array.from(order, (token) => ids[token]!),
      lossScale: Float32Array.of(1 / ids.length),
    };
    for (let step = 0; step < steps; step++) program.step([inputs], { rows: rate, dense: rate, undecayed: rate / 2 });
    const norms = (await program.flush()).map((reading) => reading.gradientNorm);
    return [
      { name: 'clip', found: norms, wanted: wanted.norms },
      { name: 'adamwRows', found: await store.readF32('table'), wanted: wanted.table },
      { name: 'adamw', found: await store.readF32('head'), wanted: wanted.head },
      { name: 'adamw of a second matrix', found: await store.readF32('middle'), wanted: wanted.middle },
    ];
  } finally {
    program?.close();
    store.close();
  }
}

interface Matrices {
  readonly table: Values;
  readonly middle: Values;
  readonly head: Values;
}

/** Moves the matrices in place. */
function adamwReference(matrices: Matrices): Matrices & { readonly norms: number[] } {
  const { table, middle, head } = matrices;
  const hidden = () => reference.linear(reference.embedding(ids, table, width), middle, width);
  const loss = () =>
    reference
      .crossEntropy(reference.linear(hidden(), head, width), targets)
      .reduce((sum, nats) => sum + nats / ids.length, 0);
  const norms: number[] = [];
  const moments = [table, middle, head].map((weights) => ({
    weights,
    lazy: weights === table,
    ...(weights === middle ? { decay: 0, rate: rate / 2 } : { decay, rate }),
    first: new Float64Array(weights.length),
    second: new Float64Array(weights.length),
  }));
  for (let step = 1; step <= steps; step++) {
    const gradients = moments.map(({ weights }) => reference.slopes(loss, weights));
    const norm = Math.hypot(...gradients.flatMap((gradient) => [...gradient]));
    norms.push(norm);
    const factor = Math.min(1, settings.clipNorm / (norm + 1e-6));
    for (const [which, { weights, lazy, first, second, ...own }] of moments.entries()) {
      for (const [at, slope] of gradients[which]!.entries()) {
        // The same rows occur in every step, so a row's own step count is the global one.
        if (lazy && !ids.includes(Math.floor(at / width))) continue;
        const gradient = slope * factor;
        first[at] = settings.beta1 * first[at]! + (1 - settings.beta1) * gradient;
        second[at] = settings.beta2 * second[at]! + (1 - settings.beta2) * gradient * gradient;
        const [m, v] = [first[at]! / (1 - settings.beta1 ** step), second[at]! / (1 - settings.beta2 ** step)];
        weights[at] = weights[at]! * (1 - own.rate * own.decay) - (own.rate * m) / (Math.sqrt(v) + settings.epsilon);
      }
    }
  }
  return { ...matrices, norms };
}

/** A model by its shape alone, with made-up weights, ready to take a step on the engine. */
import {
  canHold,
  GpuEngine,
  stepWork,
  type Device,
  type ElementType,
  type StepWork,
  type TrainingOptions,
} from '../../src/engine/index';
import { buildModel, modelInputs, parseConfig, segmentVocabulary, storedParameters } from '../../src/model/index';
import { adam } from '../trainStep/problem.mjs';
import type { Weights } from '../../src/engine/engine';
import type { TimedStep } from '../../src/engine/stepTimes';
import { freedoms, type Freedom, type Shape } from './shapes';

export interface ShapedModel {
  readonly plan: ReturnType<GpuEngine['plan']>;
  readonly tokens: number;
  readonly work: StepWork;
  readonly step: TimedStep;
  /** Allocates and writes; to be closed. */
  weights(): Promise<Weights>;
}

export function shapedModel(device: Device, { config, rows, rowLength }: Shape, freedom: Freedom): ShapedModel {
  const engine = new GpuEngine(device);
  const { newRows, body } = freedoms[freedom];
  const base = config.vocab_size as number;
  const parsed = parseConfig({ ...config, vocab_size: base + newRows });
  const isFrozen = newRows > 0;
  const typeFor = (width: number): ElementType => (isFrozen && canHold(body, width) ? body : 'f32');
  const segments = segmentVocabulary(parsed.vocabSize, {
    ...{ matrix: 'model.embed_tokens.weight', hiddenSize: parsed.hiddenSize, type: typeFor(parsed.hiddenSize) },
    ...{ maxBindingBytes: device.report.limits.maxBindingBytes, trainBase: !isFrozen },
    ...(isFrozen ? { newIds: { first: base, count: newRows }, trainNew: true } : {}),
  });
  // Norms and biases stay what they are; every matrix of these shapes has rows of whole blocks.
  const parameterTypes = (name: string) => (/norm|bias/.test(name) ? 'f32' : typeFor(32));
  const options = { vocabulary: { input: segments, output: segments }, parameterTypes };
  const tokens = rows * rowLength;
  const { graph, outputs } = buildModel(parsed, {
    ...options,
    ...{ tokens, rowLength, trainable: () => !isFrozen, outputs: 'loss', differentiate: true },
  });
  const specs = storedParameters(parsed, options);
  const moved = isFrozen ? segments.filter(({ trainable }) => trainable) : specs;
  const training: TrainingOptions = {
    groups: { all: { parameters: moved.map(({ name }) => name), weightDecay: 0, lazyRows: isFrozen } },
    ...{ beta1: adam.beta1, beta2: adam.beta2, epsilon: adam.epsilon, clipNorm: 1, microBatches: 1 },
    readback: [outputs.tokenLoss!],
  };
  const ids = Uint32Array.from({ length: tokens }, (_, at) => (at * 7919) % base);
  // Of both kinds, so that new rows are read and predicted.
  if (isFrozen) for (let at = 0; at < tokens; at += 5) ids[at] = base + (at % newRows);
  const targets = Uint32Array.from({ length: tokens }, (_, at) => ids[(at + 1) % tokens]!);
  const documentLengths = Array.from({ length: rows }, () => rowLength);
  return {
    plan: engine.plan(graph, { parameters: specs, training }),
    work: stepWork(graph, training, device.target),
    tokens,
    step: { graph, options: training, microBatches: [modelInputs({ ids, targets, rowLength, documentLengths })] },
    async weights() {
      const weights = await engine.weights(specs);
      for (const spec of specs) {
        const [height, width] = [spec.shape[0]!, spec.shape.slice(1).reduce((product, size) => product * size, 1)];
        const rowsOfBlock = Math.min(height, Math.max(1, Math.ceil(blockValues / width)));
        const block = madeUp(rowsOfBlock * width, /norm/.test(spec.name));
        for (let row = 0; row < height; row += rowsOfBlock) {
          weights.writeRows(spec.name, row, block.subarray(0, Math.min(rowsOfBlock, height - row) * width));
        }
      }
      return weights;
    },
  };
}

/** Written over and over: making hundreds of millions of numbers would take longer than the steps. */
const blockValues = 2 ** 20;

/** Uniform in ±0.03, the spread of trained weights; 1 for norms. */
function madeUp(count: number, isNorm: boolean): Float32Array {
  if (isNorm) return new Float32Array(count).fill(1);
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) / 2 ** 23 - 1) * 0.03;
  });
}

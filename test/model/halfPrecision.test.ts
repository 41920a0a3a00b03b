// Products in f16 beside f32: refused where they are not there, golden values within what the variant states, and two hundred steps
// of one model on the same batches.
import { describe, expect, it } from 'vitest';
import { GpuEngine, type Engine, type Inputs, type Precision } from '../../src/engine/index';
import { matmulVariants } from '../../src/engine/variants';
import { modelInputs } from '../../src/model/index';
import { openTestEngine } from '../support/engines';
import { openTestDevice } from '../support/gpu';
import { uniforms } from '../engine/ops/values';
import { golden, GoldenCase, relativeError } from './goldenCase';

const { tolerance } = matmulVariants.half;
const device = await openTestDevice();
const model = await GoldenCase.open('tied');

async function train(engine: Engine, precision: Precision, steps: readonly Inputs[]): Promise<number[]> {
  const options = model.options('loss');
  const store = await model.store(engine, options);
  const { graph, outputs } = model.build(options);
  const { beta1, beta2, epsilon, clipNorm, weightDecay } = golden.adamw;
  const parameters = graph.tensors.filter((tensor) => tensor.trainable).map((tensor) => tensor.name);
  const program = await engine.training(graph, store, {
    ...{ beta1, beta2, epsilon, clipNorm, precision },
    groups: { all: { parameters, weightDecay } },
    microBatches: 1,
    readback: [outputs.tokenLoss!],
  });
  const losses: number[] = [];
  for (const inputs of steps) {
    program.step([inputs], { all: 3e-3 });
    for (const { readback } of await program.readings()) losses.push(mean(readback[0]![0]!));
  }
  for (const { readback } of await program.flush()) losses.push(mean(readback[0]![0]!));
  program.close();
  store.close();
  return losses;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Rows in which each token follows from the one before, with a surprise now and then. */
function batches(count: number): Inputs[] {
  const next = uniforms(7);
  const { vocabSize } = model.config;
  const { rowLength } = golden;
  return Array.from({ length: count }, () => {
    const ids = new Uint32Array(model.ids.length);
    for (let at = 0; at < ids.length; at++) {
      const surprise = at % rowLength === 0 || next() < 0.1;
      ids[at] = surprise ? Math.floor(next() * vocabSize) : (ids[at - 1]! * 5 + 3) % vocabSize;
    }
    return modelInputs({ ids, rowLength, documentLengths: golden.documentLengths });
  });
}

it('is refused by name where there is none', async () => {
  const without = new GpuEngine(await openTestDevice({ forbid: ['shader-f16'] }));
  await expect(train(without, 'f16', [])).rejects.toMatchObject({ code: 'engine/no-f16' });
  await expect(train(await openTestEngine('processor'), 'f16', [])).rejects.toMatchObject({ code: 'engine/no-f16' });
});

describe('where the adapter has it', () => {
  const engine = new GpuEngine(device);
  const lacks = !device.report.hasF16;

  it('gives logits, losses and every gradient of PyTorch within what it states', async (context) => {
    context.skip(lacks, 'the adapter has no shader-f16');
    const options = model.options('loss');
    const store = await model.store(engine, options);
    const { graph, outputs } = model.build(options);
    const gradients = [...graph.parameterGradients.values()];
    const program = await engine.forward(graph, store, [outputs.tokenLoss!, ...gradients], 'f16');
    const [tokenLoss, ...found] = await program.run(model.inputs);
    const lossError = relativeError(tokenLoss!, await model.values('tokenLoss'));
    expect(lossError).toBeLessThan(tolerance);
    // Somewhere a value was rounded: f16 was used.
    expect(lossError).toBeGreaterThan(1e-6);
    for (const [index, gradient] of gradients.entries()) {
      const parameter = gradient.name.replace('gradient of ', '');
      expect(relativeError(found[index]!, await model.gradient(parameter, options)), parameter).toBeLessThan(
        5 * tolerance,
      );
    }
  });

  it('learns as f32 does over 200 steps', async (context) => {
    context.skip(lacks, 'the adapter has no shader-f16');
    const steps = batches(200);
    const [full, half] = [await train(engine, 'f32', steps), await train(engine, 'f16', steps)];
    const apart = full.map((loss, step) => Math.abs(half[step]! - loss) / loss);
    const tail = (losses: readonly number[]) => losses.slice(-20).reduce((sum, loss) => sum + loss, 0) / 20;
    console.log(
      `f32: ${full[0]!.toFixed(4)} to ${tail(full).toFixed(4)}; f16: ${half[0]!.toFixed(4)} to ${tail(half).toFixed(4)}; ` +
        `most apart ${(100 * Math.max(...apart)).toFixed(3)} %, at step ${apart.indexOf(Math.max(...apart)) + 1}`,
    );
    expect(half).toHaveLength(200);
    expect(tail(full)).toBeLessThan(0.9 * full[0]!);
    expect(Math.max(...apart)).toBeLessThan(0.02);
    expect(Math.abs(tail(half) / tail(full) - 1)).toBeLessThan(0.005);
  });
});

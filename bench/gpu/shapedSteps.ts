/**
 * A training step of models that people use, by shape, with what may move, how the frozen body is held, and in f16 where the adapter
 * has it: tokens a second and memory, beside PyTorch where it is there (f32 with TF32 off, and bf16). One device for each, so that its memory is free again.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GpuEngine, openDevice, type Device, type Precision } from '../../src/engine/index';
import { medianStep, takeTurns, type ContestantCommand } from '../trainStep/turns';
import { useTuning } from './kernels';
import type { Options, Part } from './part';
import { shapedModel } from './shapedModel';
import { freedoms, shapes, type Freedom, type Shape } from './shapes';

export interface ShapedStep {
  readonly shape: string;
  readonly freedom: string;
  readonly contestant: string;
  readonly milliseconds?: number;
  readonly tokensPerSecond?: number;
  readonly gigaflopsPerSecond?: number;
  /** Planned by the engine, or the most that PyTorch had allocated. */
  readonly bytes?: number;
  readonly failure?: string;
}

const ours = 'Tokengraft';
/** What is timed of ours; f16 where the adapter has it. */
const steps: readonly { readonly freedom: Freedom; readonly precision: Precision }[] = [
  ...(Object.keys(freedoms) as Freedom[]).map((freedom) => ({ freedom, precision: 'f32' as const })),
  ...(['new rows, f32 body', 'everything'] as const).map((freedom) => ({ freedom, precision: 'f16' as const })),
];

const timed = { full: { steps: 20, milliseconds: 5000 }, small: { steps: 2, milliseconds: 20_000 } };

export const shapedSteps: Part = {
  name: 'steps by shape',
  async *measure(device, options, earlier) {
    device.close();
    const { isSmall, gpu } = options;
    const found: ShapedStep[] = [];
    for (const shape of isSmall ? shapes.small : shapes.full) {
      for (const { freedom, precision } of steps) {
        const own = await openDevice(gpu);
        useTuning(own, earlier);
        const about = { shape: shape.name, freedom, contestant: precision === 'f32' ? ours : `${ours}, ${precision}` };
        try {
          if (new GpuEngine(own).report.precisions.includes(precision))
            found.push({ ...about, ...(await timeOurs(own, shape, { freedom, precision, isSmall })) });
        } catch (error) {
          found.push({ ...about, failure: error instanceof Error ? error.message : String(error) });
        } finally {
          own.close();
        }
        yield { value: [...found], table: tableOf(found) };
      }
      for (const precision of ['f32', 'bf16']) {
        for (const freedom of ['new rows', 'everything']) {
          found.push(await timePyTorch(shape, freedom, precision, options));
          yield { value: [...found], table: tableOf(found) };
        }
      }
    }
    const failed = found.filter(({ contestant, failure }) => contestant.startsWith(ours) && failure !== undefined);
    if (failed.length > 0) throw new Error(failed.map(({ shape, freedom }) => `${shape}, ${freedom}`).join('; '));
  },
};

async function timeOurs(
  device: Device,
  shape: Shape,
  how: { readonly freedom: Freedom; readonly precision: Precision; readonly isSmall: boolean },
): Promise<Partial<ShapedStep>> {
  const { freedom, precision, isSmall } = how;
  const model = shapedModel(device, shape, freedom);
  const bytes = model.plan.total;
  if (!model.plan.fits) return { bytes, failure: model.plan.problems[0]!.message };
  const weights = await model.weights();
  const { graph, options, microBatches } = model.step;
  const most = isSmall ? timed.small : timed.full;
  const times: number[] = [];
  let program: Awaited<ReturnType<GpuEngine['training']>> | undefined;
  try {
    program = await new GpuEngine(device).training(graph, weights, { ...options, precision });
    let spent = 0;
    for (let step = 0; step <= most.steps && (step < 3 || spent < most.milliseconds); step++) {
      const begun = performance.now();
      program.step(microBatches, { all: 1e-4 });
      const [reading] = await program.flush();
      const milliseconds = performance.now() - begun;
      const loss = reading!.readback[0]![0]!;
      if (!loss.every(Number.isFinite)) throw new Error(`a loss of step ${step + 1} is no number`);
      if (step === 0) continue;
      times.push(milliseconds);
      spent += milliseconds;
    }
  } finally {
    program?.close();
    weights.close();
  }
  return { bytes, ...speeds(times, model.tokens, model.work.total.flops) };
}

function speeds(times: readonly number[], tokens: number, flops: number): Partial<ShapedStep> {
  const milliseconds = [...times].sort((a, b) => a - b)[times.length >> 1]!;
  return {
    milliseconds,
    tokensPerSecond: (tokens / milliseconds) * 1000,
    ...(flops > 0 ? { gigaflopsPerSecond: flops / milliseconds / 1e6 } : {}),
  };
}

/** Where there is no PyTorch its row says so. */
async function timePyTorch(shape: Shape, freedom: string, precision: string, options: Options): Promise<ShapedStep> {
  const script = fileURLToPath(new URL('pytorchShape.py', import.meta.url));
  const python = existsSync('.venv/bin/python') ? '.venv/bin/python' : 'python3';
  const newRows = freedom === 'new rows' ? '64' : '0';
  const name = `PyTorch, ${precision}`;
  const command: ContestantCommand = {
    name,
    program: python,
    commandLine: [script, JSON.stringify(shape.config), `${shape.rows}`, `${shape.rowLength}`, newRows, precision],
  };
  const about = { shape: shape.name, freedom, contestant: name };
  const [taken] = await takeTurns([command], options.isSmall ? 2 : 20);
  if (taken!.failure !== undefined) return { ...about, failure: taken!.failure };
  const { bytes, product } = taken!.about as { bytes?: number; product?: string };
  const milliseconds = medianStep(taken!);
  const tokensPerSecond = ((shape.rows * shape.rowLength) / milliseconds) * 1000;
  return {
    ...{ ...about, contestant: `${product ?? name}, ${precision}`, milliseconds, tokensPerSecond },
    ...(bytes === undefined ? {} : { bytes }),
  };
}

function tableOf(found: readonly ShapedStep[]): string[][] {
  return [
    ['shape', 'what moves', 'contestant', 'ms a step', 'tokens/s', 'GFLOP/s', 'MB'],
    ...found.map((row) => [
      ...[row.shape, row.freedom, row.contestant, row.milliseconds?.toFixed(1) ?? row.failure ?? ''],
      row.tokensPerSecond?.toFixed(0) ?? '',
      row.gigaflopsPerSecond?.toFixed(1) ?? '',
      row.bytes === undefined ? '' : (row.bytes / 1e6).toFixed(0),
    ]),
  ];
}

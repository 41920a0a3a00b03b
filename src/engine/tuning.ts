/**
 * Which matmul variant is fastest on this adapter: a laptop GPU, a data-centre GPU and a software rasteriser want
 * different tiles. Each is timed once on the product a training step spends its time in; the answer is JSON and holds
 * until the adapter changes. Run the self-test afterwards: a fast variant must also be right.
 */
import type { Device } from './device';
import type { DeviceReport } from './deviceReport';
import type { Engine, Forward } from './engine';
import { GpuEngine } from './gpuEngine';
import { Graph } from './graph';
import { linear } from './ops/index';
import { matmulVariantNames, matmulVariants, supportedVariants } from './ops/matmulVariants/index';

export interface Tuning {
  /** Names the adapter it was measured on (`tuningKey`). */
  readonly key: string;
  readonly matmulVariant: string;
  /** Of the choice. */
  readonly gigaflopsPerSecond: number;
  /** GFLOP/s of every variant timed. */
  readonly timed: Readonly<Record<string, number>>;
}

export function tuningKey(report: DeviceReport): string {
  const { vendor, architecture, description, hasSubgroups, hasF16 } = report;
  return [vendor, architecture, description, hasSubgroups, hasF16, ...matmulVariantNames].join('|');
}

const shape = { tokens: 256, inSize: 256, outSize: 704 };
const flops = 2 * shape.tokens * shape.inSize * shape.outSize;

/**
 * What is worth timing. On software adapters the tile kernels take seconds each to compile and ran at half (SwiftShader)
 * to 1.1 times (lavapipe) the speed of `lane`, so a visitor does not wait for them.
 */
export function tuningCandidates(report: Pick<DeviceReport, 'isFallback' | 'features' | 'limits'>): readonly string[] {
  return supportedVariants(report).filter((name) => !report.isFallback || matmulVariants[name].forSoftware);
}

/** Times `variants`. Does not change the device: see `applyTuning`. */
export async function tune(
  device: Device,
  variants: readonly string[] = tuningCandidates(device.report),
): Promise<Tuning> {
  const original = device.target;
  const timed: Record<string, number> = {};
  try {
    for (const matmulVariant of variants) {
      device.target = { ...original, matmulVariant };
      timed[matmulVariant] = await productSpeed(new GpuEngine(device));
    }
  } finally {
    device.target = original;
  }
  const [best, gigaflopsPerSecond] = Object.entries(timed).sort((a, b) => b[1] - a[1])[0] ?? [
    original.matmulVariant,
    0,
  ];
  return { key: tuningKey(device.report), matmulVariant: best, gigaflopsPerSecond, timed };
}

/** Ignored where the tuning is of another adapter or names a variant that is no more. Returns whether it was applied. */
export function applyTuning(device: Device, tuning: Tuning): boolean {
  const supported: readonly string[] = supportedVariants(device.report);
  if (!supported.includes(tuning.matmulVariant) || tuning.key !== tuningKey(device.report)) return false;
  device.target = { ...device.target, matmulVariant: tuning.matmulVariant };
  return true;
}

/** GFLOP/s of a chain of products long enough that submission and readback no longer count. */
export async function productSpeed(engine: Engine): Promise<number> {
  const links = engine.report.kind === 'gpu' ? 64 : 4;
  const graph = new Graph();
  const up = graph.parameter('up', [shape.outSize, shape.inSize], 'f32');
  const down = graph.parameter('down', [shape.inSize, shape.outSize], 'f32');
  let hidden = graph.input('hidden', [shape.tokens, shape.inSize], 'f32');
  for (let link = 0; link < links; link += 2) hidden = linear(graph, linear(graph, hidden, up), down);
  const specs = [up, down].map(({ name, shape: size }) => ({ name, shape: size, type: 'f32' as const }));
  const store = await engine.weights(specs);
  let program: Forward | undefined;
  try {
    program = await engine.forward(graph, store, [hidden]);
    const inputs = { hidden: new Float32Array(shape.tokens * shape.inSize) };
    // lavapipe compiles when a pipeline is first dispatched.
    await program.run(inputs);
    let best = Infinity;
    for (let run = 0; run < 3; run++) {
      const started = performance.now();
      await program.run(inputs);
      best = Math.min(best, performance.now() - started);
    }
    return (links * flops) / best / 1e6;
  } finally {
    program?.close();
    store.close();
  }
}

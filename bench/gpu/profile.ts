/** Where a step by shape goes: time by kind of op beside what it must compute and move, so that what bounds it can be read. */
import { GpuEngine, opKind, type WorkKind } from '../../src/engine/index';
import { useTuning } from './kernels';
import type { Part } from './part';
import { shapedModel } from './shapedModel';
import { shapes, type Freedom } from './shapes';

export interface ProfiledKind {
  readonly kind: WorkKind;
  readonly milliseconds: number;
  readonly dispatches: number;
  readonly gigaflopsPerSecond: number;
  /** Counted as bench:count does: every operand once a tile. */
  readonly gigabytesPerSecond: number;
}

const profiled: readonly Freedom[] = ['new rows, bf16 body', 'everything'];

export const profile: Part = {
  name: 'profile',
  async *measure(device, { isSmall }, earlier) {
    useTuning(device, earlier);
    const [shape] = isSmall ? shapes.small : shapes.full;
    const found: { freedom: string; method: string; stepMilliseconds: number; kinds: ProfiledKind[] }[] = [];
    for (const freedom of profiled) {
      const model = shapedModel(device, shape!, freedom);
      const weights = await model.weights();
      try {
        const times = await new GpuEngine(device).stepTimes(model.step, weights);
        const byKind = new Map<WorkKind, number>([['optimizer', times.optimizerMilliseconds]]);
        for (const [op, milliseconds] of times.opMilliseconds) {
          byKind.set(opKind(op), (byKind.get(opKind(op)) ?? 0) + milliseconds);
        }
        const kinds = [...byKind]
          .sort((a, b) => b[1] - a[1])
          .map(([kind, milliseconds]): ProfiledKind => {
            const { dispatches = 0, flops = 0, reads = 0, writes = 0 } = model.work.kinds[kind] ?? {};
            return {
              ...{ kind, milliseconds, dispatches },
              gigaflopsPerSecond: flops / milliseconds / 1e6,
              gigabytesPerSecond: (reads + writes) / milliseconds / 1e6,
            };
          });
        const { method, stepMilliseconds } = times;
        found.push({ freedom, method, stepMilliseconds, kinds });
      } finally {
        weights.close();
      }
      yield { value: { shape: shape!.name, profiles: [...found] }, table: tableOf(found) };
    }
  },
};

function tableOf(found: readonly { freedom: string; stepMilliseconds: number; kinds: ProfiledKind[] }[]): string[][] {
  return [
    ['what moves', 'kind', 'ms', 'dispatches', 'GFLOP/s', 'GB/s'],
    ...found.flatMap(({ freedom, stepMilliseconds, kinds }) => [
      ...kinds.map(({ kind, milliseconds, dispatches, gigaflopsPerSecond, gigabytesPerSecond }) => [
        ...[freedom, kind, milliseconds.toFixed(2), String(dispatches)],
        ...[gigaflopsPerSecond.toFixed(1), gigabytesPerSecond.toFixed(1)],
      ]),
      [freedom, 'the step', stepMilliseconds.toFixed(2)],
    ]),
  ];
}

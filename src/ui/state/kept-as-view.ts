/** A kept experiment as the page shows one that ran in this visit: its cells, its records, its answer. */
import type { KeptExperiment, KeptRun } from '../../worker/index';
import { ExperimentView, runsLeft } from './experiment-view';

export function keptAsView(kept: KeptExperiment, runs: readonly KeptRun[]): ExperimentView {
  const { spec, report } = kept;
  const view = new ExperimentView(spec);
  view.id = kept.id;
  view.report = report;
  view.state = runsLeft(report) > 0 ? 'stopped' : 'finished';
  const evaluated = (run: KeptRun) => run.records.findLast((record) => record.type === 'evaluation');
  view.cells = Object.entries(spec.arms).flatMap(([arm, { stages = [] }]) =>
    (stages.length > 0 ? spec.seeds : spec.seeds.slice(0, 1)).map((seed) => {
      const done = report.arms.find((each) => each.arm === arm && each.seed === seed);
      const run = runs.find((each) => each.arm === arm && each.seed === seed);
      const last = run && evaluated(run);
      const worse = report.worsened.find((each) => each.arm === arm && each.seed === seed);
      const state = done ? 'finished' : report.unfinished.find((each) => each.arm === arm && each.seed === seed)?.state;
      return {
        ...{ arm, seed, step: done?.steps ?? last?.step ?? 0, steps: done?.steps ?? 0 },
        // A run that was under way when the page closed waits to go on.
        state:
          state === 'finished' || state === 'diverged' || state === 'failed' ? state : last ? 'stopped' : 'waiting',
        ...(worse ? { worsened: worse } : {}),
        bytes: done?.bytes ?? last?.bytesRead ?? 0,
        bitsPerByte: done?.heldOut.bitsPerByte ?? last?.bitsPerByte ?? null,
      };
    }),
  );
  for (const { arm, seed, records } of runs) {
    const cell = view.cells.find((each) => each.arm === arm && each.seed === seed);
    const state = cell?.state === 'finished' ? 'finished' : cell?.state === 'diverged' ? 'failed' : 'stopped';
    const speeds = { tokensPerSecond: 0, bytesPerSecond: 0, stepMilliseconds: 0, millisecondsLeft: 0 };
    view.addRun({ arm, seed }, { state, step: cell?.step ?? 0, steps: cell?.steps ?? 0, ...speeds }).add(records);
  }
  return view;
}

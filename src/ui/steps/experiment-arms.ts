/** Arms of an experiment as the charts want them: names, looks, curves, cells. */
import type { ExperimentReport, RunCell, WrittenSpec } from '../../worker/index';
import type { ArmCell, ArmGridRow } from '../charts/arm-grid';
import type { Look } from '../charts/arm-look';
import type { CurveArm, CurveReference } from '../charts/curves-data';
import type { IntervalRow } from '../charts/intervals-drawing';
import { percent } from '../format';
import type { ExperimentView } from '../state/experiment-view';
import { outcomeWord } from '../wording/experiment';

type Role = CurveArm['role'];

export function roleOf({ arms }: WrittenSpec, name: string): Role {
  const arm = arms[name];
  if (!arm?.vocabulary) return (arm?.stages?.length ?? 0) > 0 ? 'control' : 'base';
  return 'expanded';
}

export function lookOf(spec: WrittenSpec, name: string): Look {
  const role = roleOf(spec, name);
  if (role === 'base') return 'base';
  const same = Object.keys(spec.arms).filter((other) => roleOf(spec, other) === role);
  const at = same.indexOf(name);
  if (role === 'control') return at === 0 ? 'oldVocabulary' : at === 1 ? 'oldEmbeddings' : at;
  const { method } = spec.arms[name]!.vocabulary!;
  const isFirst = same.findIndex((other) => spec.arms[other]!.vocabulary!.method === method) === at;
  if (isFirst && method === 'continued') return 'continued';
  if (isFirst && method === 'atomic') return 'atomic';
  return at;
}

export function curveArms(view: ExperimentView): CurveArm[] {
  const { spec, cells } = view;
  return view.armNames.map((name) => ({
    name,
    role: roleOf(spec, name),
    look: lookOf(spec, name),
    seeds: cells
      .filter(({ arm }) => arm === name)
      .map(({ arm, seed, state, bitsPerByte }) => {
        const read = (view.run({ arm, seed })?.evaluations ?? []).flatMap(({ bytesRead, bitsPerByte: bits }) =>
          bits === null ? [] : [{ bytes: bytesRead ?? 0, bitsPerByte: bits }],
        );
        const isBase = roleOf(spec, name) === 'base' && bitsPerByte !== null;
        const points = isBase ? [{ bytes: 0, bitsPerByte }] : read;
        return { seed, points, finished: state === 'finished', diverged: state === 'diverged' };
      }),
  }));
}

export function references(report: ExperimentReport | null): readonly CurveReference[] {
  return report?.references?.lines ?? [{ name: 'uniform', bitsPerByte: 8 }];
}

export function gridRows(view: ExperimentView): ArmGridRow[] {
  const { spec, cells, report } = view;
  return view.armNames.map((name) => {
    const own = cells.filter(({ arm }) => arm === name);
    const reported = report?.arms.find(({ arm }) => arm === name);
    return {
      key: name,
      name,
      look: lookOf(spec, name),
      cells: cellsOf(
        own.map((cell) => gridCell(cell, spec.budget.bytes)),
        spec,
        name,
      ),
      ...(reported ? { bytesPerToken: reported.bytesPerToken } : {}),
    };
  });
}

/** One wide cell for an arm that is not trained. */
function cellsOf(cells: readonly ArmCell[], spec: WrittenSpec, name: string): readonly ArmCell[] | ArmCell {
  return roleOf(spec, name) === 'base' && cells[0] ? cells[0] : cells;
}

function gridCell({ state, bytes, step, steps, bitsPerByte }: RunCell, budget: number | undefined): ArmCell {
  const share = budget ? bytes / budget : steps > 0 ? step / steps : 0;
  switch (state) {
    case 'finished':
      return { state: 'done', bitsPerByte };
    case 'diverged':
    case 'failed':
      return { state: 'diverged', bitsPerByte };
    case 'running':
    case 'preparing':
      return { state: 'running', share };
    case 'paused':
    case 'stopped':
      return { state: 'paused', share };
    case 'waiting':
      return { state: 'waiting' };
  }
}

/** Against the control; the control itself on zero, the base off the scale. */
export function intervalRows(report: ExperimentReport, spec: WrittenSpec): IntervalRow[] {
  const control = report.verdict?.against ?? null;
  const meanOf = (name: string) => {
    const bits = report.arms.flatMap(({ arm, heldOut }) =>
      arm === name && heldOut.bitsPerByte !== null ? [heldOut.bitsPerByte] : [],
    );
    return bits.length > 0 ? bits.reduce((sum, each) => sum + each, 0) / bits.length : null;
  };
  const controlBits = control === null ? null : meanOf(control);
  return Object.keys(spec.arms).flatMap((name): IntervalRow[] => {
    const bitsPerByte = meanOf(name);
    if (bitsPerByte === null) return [];
    const found = report.comparisons.find(({ arm }) => arm === name);
    const isControl = name === control;
    const role = isControl ? 'control' : roleOf(spec, name) === 'control' ? 'other' : roleOf(spec, name);
    const plain = controlBits === null ? null : bitsPerByte - controlBits;
    const saved = found?.tokensSaved ?? null;
    return [
      {
        key: name,
        name,
        role,
        look: lookOf(spec, name),
        difference: isControl ? 0 : (found?.heldOut?.difference ?? plain),
        interval: found?.heldOut?.interval ?? null,
        bitsPerByte,
        ...(found ? { note: outcomeWord(found.outcome) } : {}),
        ...(saved === null ? {} : { fewerTokens: saved }),
      },
    ];
  });
}

export const savedText = (saved: number | null): string => (saved === null ? '–' : percent(saved, 0));

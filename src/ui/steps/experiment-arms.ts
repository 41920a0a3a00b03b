/** Arms of an experiment as the charts want them: names, looks, curves, cells. */
import { msg } from '@lit/localize';
import type { ArmComparison, ExperimentReport, RunCell, WrittenSpec } from '../../worker/index';
import type { ArmCell, ArmGridRow } from '../charts/arm-grid';
import { freeLooks, type Look, type LookName } from '../charts/arm-look';
import type { CurveArm, CurveReference } from '../charts/curves-data';
import type { IntervalRow } from '../charts/intervals-drawing';
import type { ExperimentView } from '../state/experiment-view';
import { armName, armNote, aSeedTakes, differenceOrigin, referenceName } from '../wording/arms';
import { outcomeWord } from '../wording/experiment';

type Role = CurveArm['role'];

export function roleOf({ arms }: WrittenSpec, name: string): Role {
  const arm = arms[name];
  if (!arm?.vocabulary) return (arm?.stages?.length ?? 0) > 0 ? 'control' : 'base';
  return 'expanded';
}

const looksBySpec = new WeakMap<WrittenSpec, ReadonlyMap<string, Look>>();

/**
 * The same on every chart, and no other arm's: names for the first of each kind, what is free for the others. An arm that is added
 * behind them changes none.
 */
export function lookOf(spec: WrittenSpec, name: string): Look {
  const known = looksBySpec.get(spec) ?? looksOf(spec);
  looksBySpec.set(spec, known);
  return known.get(name) ?? 'base';
}

function looksOf(spec: WrittenSpec): ReadonlyMap<string, Look> {
  const looks = new Map<string, Look>();
  const named = new Set<Look>();
  for (const name of Object.keys(spec.arms)) {
    const look = namesFor(spec, name).find((each) => !named.has(each));
    if (look === undefined) continue;
    named.add(look);
    looks.set(name, look);
  }
  // Also what no arm has yet: one that is added may be the first of its kind.
  const free = freeLooks(firstOfTheirKind);
  for (const name of Object.keys(spec.arms)) if (!looks.has(name)) looks.set(name, free());
  return looks;
}

const firstOfTheirKind: readonly LookName[] = ['base', 'oldVocabulary', 'oldEmbeddings', 'continued', 'atomic'];

/** Best first. */
function namesFor(spec: WrittenSpec, name: string): readonly LookName[] {
  const role = roleOf(spec, name);
  if (role === 'base') return ['base'];
  if (role === 'control') return ['oldVocabulary', 'oldEmbeddings'];
  const { method } = spec.arms[name]!.vocabulary!;
  return method === 'continued' || method === 'atomic' ? [method] : [];
}

export function curveArms(view: ExperimentView): CurveArm[] {
  const { spec, cells } = view;
  return view.armNames.map((name) => ({
    key: name,
    name: armName(name),
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

/** Lines that need no training; a uniform guess is known before the others are fitted. */
export function references(report: ExperimentReport | null): CurveReference[] {
  const lines: readonly CurveReference[] = report?.references?.lines ?? [{ name: 'uniform', bitsPerByte: 8 }];
  return lines.map((line) => ({ ...line, name: referenceName(line.name) }));
}

export function gridRows(view: ExperimentView): ArmGridRow[] {
  const { spec, cells, report } = view;
  return view.armNames.map((name) => {
    const own = cells.filter(({ arm }) => arm === name);
    const reported = report?.arms.filter(({ arm }) => arm === name) ?? [];
    const seconds = reported.flatMap(({ secondsPerMegabyte, bytes }) =>
      secondsPerMegabyte === null ? [] : [(secondsPerMegabyte * bytes) / 1e6],
    );
    return {
      key: name,
      name: armName(name),
      note: armNote(spec.arms[name]!, name === report?.verdict?.against),
      look: lookOf(spec, name),
      cells: cellsOf(
        own.map((cell) => gridCell(cell, view)),
        spec,
        name,
      ),
      ...(reported[0] ? { bytesPerToken: reported[0].bytesPerToken } : {}),
      ...(seconds.length > 0
        ? { takes: aSeedTakes(seconds.reduce((sum, each) => sum + each, 0) / seconds.length) }
        : {}),
    };
  });
}

/** One wide cell for an arm that is not trained. */
function cellsOf(cells: readonly ArmCell[], spec: WrittenSpec, name: string): readonly ArmCell[] | ArmCell {
  return roleOf(spec, name) === 'base' && cells[0] ? cells[0] : cells;
}

function gridCell(
  { arm, state, bytes, step, steps, bitsPerByte }: RunCell,
  { spec, progress }: Pick<ExperimentView, 'spec' | 'progress'>,
): ArmCell {
  const { bytes: budget } = spec.budget;
  const scored = progress?.arm === arm && progress.phase === 'evaluating' ? progress.done / progress.total : 0;
  const trained = budget ? bytes / budget : steps > 0 ? step / steps : 0;
  const share = roleOf(spec, arm) === 'base' ? scored : trained;
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
      return share > 0 ? { state: 'paused', share } : { state: 'waiting', bitsPerByte };
  }
}

function rowNote(role: IntervalRow['role'], bitsPerByte: number, found?: ArmComparison): { note?: string } {
  if (found) return { note: outcomeWord(found.outcome) };
  if (role === 'base' && bitsPerByte > 8) return { note: msg('out of its domain: worse than 8.00') };
  return role === 'control' ? { note: msg('trained on the same text') } : {};
}

/** What will stand against the control, before anything is scored; empty where no arm adds tokens. */
export function plannedRows(spec: WrittenSpec): IntervalRow[] {
  const names = Object.keys(spec.arms);
  const control = names.find((name) => roleOf(spec, name) === 'control');
  if (control === undefined || !names.some((name) => roleOf(spec, name) === 'expanded')) return [];
  return names
    .map((name): IntervalRow => {
      const role = roleOf(spec, name) === 'control' && name !== control ? 'other' : roleOf(spec, name);
      return {
        key: name,
        name: armName(name),
        role,
        look: lookOf(spec, name),
        difference: null,
        interval: null,
        bitsPerByte: null,
      };
    })
    .sort((one, other) => rowOrder.indexOf(one.role) - rowOrder.indexOf(other.role));
}

/** At equal text what was measured; at equal compute what is read off the watched curves, without an interval. */
export type AtEqual = 'text' | 'compute';

const rowOrder: readonly IntervalRow['role'][] = ['expanded', 'other', 'control', 'base'];

/** Against the control, best first; the control itself on zero, the base off the scale. */
export function intervalRows(report: ExperimentReport, spec: WrittenSpec, at: AtEqual = 'text'): IntervalRow[] {
  if (report.early) return earlyRows(report.early, spec);
  const control = report.verdict?.against ?? null;
  const ofControl = report.comparisons.find(({ arm }) => arm === report.verdict?.arm)?.equalCompute;
  const controlBits = control === null ? null : meanBits(report, control);
  return Object.keys(spec.arms)
    .flatMap((name): IntervalRow[] => {
      const bitsPerByte = meanBits(report, name);
      if (bitsPerByte === null) return [];
      const found = report.comparisons.find(({ arm }) => arm === name);
      const isControl = name === control;
      const role = isControl ? 'control' : roleOf(spec, name) === 'control' ? 'other' : roleOf(spec, name);
      const plain = controlBits === null ? null : bitsPerByte - controlBits;
      const saved = found?.tokensSaved ?? null;
      const row = { key: name, name: armName(name), role, look: lookOf(spec, name) };
      const fewer = saved === null ? {} : { fewerTokens: saved };
      if (at === 'compute') {
        const read = found?.equalCompute ?? null;
        const bits = isControl ? (ofControl?.controlBitsPerByte ?? null) : (read?.armBitsPerByte ?? null);
        const difference = isControl ? 0 : role === 'base' ? plain : (read?.difference ?? null);
        const shown = role === 'base' ? bitsPerByte : bits;
        return [{ ...row, ...fewer, difference, interval: null, bitsPerByte: shown, ...rowNote(role, bitsPerByte) }];
      }
      return [
        {
          ...row,
          ...fewer,
          difference: isControl ? 0 : (found?.heldOut?.difference ?? plain),
          interval: found?.heldOut?.interval ?? null,
          bitsPerByte,
          ...rowNote(role, bitsPerByte, found),
          ...(found?.heldOut ? { explain: { difference: () => differenceOrigin(found) } } : {}),
        },
      ];
    })
    .sort(
      (one, other) =>
        rowOrder.indexOf(one.role) - rowOrder.indexOf(other.role) ||
        (one.difference ?? Infinity) - (other.difference ?? Infinity),
    );
}

/** Readings on the way, as long as nothing that is compared has ended. */
function earlyRows(early: NonNullable<ExperimentReport['early']>, spec: WrittenSpec): IntervalRow[] {
  const { arm, against, difference, interval, tokensSaved, armBitsPerByte, controlBitsPerByte } = early;
  const row = (name: string, role: IntervalRow['role']) => ({
    key: name,
    name: armName(name),
    role,
    look: lookOf(spec, name),
  });
  return [
    {
      ...row(arm, 'expanded'),
      ...(tokensSaved === null ? {} : { fewerTokens: tokensSaved }),
      ...{ difference, interval, bitsPerByte: armBitsPerByte },
    },
    { ...row(against!, 'control'), difference: 0, interval: null, bitsPerByte: controlBitsPerByte },
  ];
}

/** Over the finished seeds, on all held-out text. */
export function meanBits(report: ExperimentReport, name: string): number | null {
  const bits = report.arms.flatMap(({ arm, heldOut }) =>
    arm === name && heldOut.bitsPerByte !== null ? [heldOut.bitsPerByte] : [],
  );
  return bits.length > 0 ? bits.reduce((sum, each) => sum + each, 0) / bits.length : null;
}

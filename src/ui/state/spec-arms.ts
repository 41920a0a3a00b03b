/**
 * Arms, stages and moving groups of a specification being added, named anew and taken away. Pure, and of whatever was written:
 * what is wrong with it stays for the lab to say. The order of what is there is kept.
 */
import { valueAt, withValue, type FieldPath } from './spec-fields';

const longestName = 80;
/** Where nothing in the specification has a rate. */
const someRate = 0.001;

export function armNamesOf(spec: unknown): readonly string[] {
  const arms = valueAt(spec, ['arms']);
  return typeof arms === 'object' && arms !== null ? Object.keys(arms) : [];
}

/** The name itself, or with the first number behind it that no arm has. */
export function freeName(spec: unknown, name: string): string {
  const names = armNamesOf(spec);
  if (!names.includes(name)) return name;
  const stem = name.replace(/ \d+$/, '').slice(0, longestName - 4);
  let n = 2;
  while (names.includes(`${stem} ${n}`)) n++;
  return `${stem} ${n}`;
}

/** Null where another arm has that name. */
export function withArmNamed(spec: unknown, name: string, next: string): unknown {
  if (name !== next && armNamesOf(spec).includes(next)) return null;
  return withArms(spec, (arms) => arms.map(([each, arm]) => [each === name ? next : each, arm]));
}

/** A copy of it right behind it. */
export function withArmTwice(spec: unknown, name: string): { readonly spec: unknown; readonly name: string } {
  const copy = freeName(spec, name);
  const twice = withArms(spec, (arms) =>
    arms.flatMap(([each, arm]) =>
      each === name
        ? [
            [each, arm],
            [copy, arm],
          ]
        : [[each, arm]],
    ),
  );
  return { spec: twice, name: copy };
}

export const withoutArm = (spec: unknown, name: string): unknown => withValue(spec, ['arms', name], undefined);

/** Behind the others, without new tokens; trained as the last trained one is. */
export function withNewArm(spec: unknown, name: string): { readonly spec: unknown; readonly name: string } {
  const stages = armNamesOf(spec).map((each) => valueAt(spec, ['arms', each, 'stages']));
  const trained = stages.findLast((each) => Array.isArray(each) && each.length > 0);
  const free = freeName(spec, name);
  return { spec: withValue(spec, ['arms', free], { stages: trained ?? [firstStage(spec)] }), name: free };
}

/** A stage like the last one, behind it. */
export function withStage(spec: unknown, arm: FieldPath): unknown {
  const path = [...arm, 'stages'];
  const stages = listAt(spec, path);
  return withValue(spec, path, [...stages, stages.at(-1) ?? firstStage(spec)]);
}

export function withoutStage(spec: unknown, arm: FieldPath, at: number): unknown {
  const path = [...arm, 'stages'];
  const left = listAt(spec, path).filter((_, each) => each !== at);
  return withValue(spec, path, left.length > 0 ? left : undefined);
}

/** Before the one that it comes after; of the first nothing changes. */
export function withStageEarlier(spec: unknown, arm: FieldPath, at: number): unknown {
  const path = [...arm, 'stages'];
  const stages = [...listAt(spec, path)];
  stages.splice(Math.max(0, at - 1), 0, ...stages.splice(at, 1));
  return withValue(spec, path, stages);
}

/** At the rate of what moves there already. Adapters take the place of the matrices that they stand beside. */
export function withGroup(spec: unknown, stage: FieldPath, group: string): unknown {
  const moves = [...stage, 'moves'];
  const rate = rateIn(valueAt(spec, moves)) ?? rateOf(spec);
  if (group !== 'adapters') return withValue(spec, [...moves, group], rate);
  const adapters = [...stage.slice(0, -2), 'adapters'];
  const { everything: _, body: __, ...others } = (valueAt(spec, moves) ?? {}) as Record<string, unknown>;
  const moved = withValue(spec, moves, { ...others, adapters: rate });
  return withValue(moved, adapters, valueAt(spec, adapters) ?? {});
}

/** The last adapters that stand still are taken away with their rate. */
export function withoutGroup(spec: unknown, stage: FieldPath, group: string): unknown {
  const held = withValue(spec, [...stage, 'moves', group], undefined);
  const arm = stage.slice(0, -2);
  const isMoved = listAt(held, [...arm, 'stages']).some((each) => valueAt(each, ['moves', 'adapters']) !== undefined);
  return group !== 'adapters' || isMoved ? held : withValue(held, [...arm, 'adapters'], undefined);
}

const firstStage = (spec: unknown) => ({ moves: { everything: rateOf(spec) } });

function rateOf(spec: unknown): number {
  const stages = armNamesOf(spec).flatMap((name) => listAt(spec, ['arms', name, 'stages']));
  return stages.map((stage) => rateIn(valueAt(stage, ['moves']))).find((rate) => rate !== undefined) ?? someRate;
}

function rateIn(moves: unknown): number | undefined {
  const rates: readonly unknown[] = typeof moves === 'object' && moves !== null ? Object.values(moves) : [];
  return rates.find((rate) => typeof rate === 'number');
}

function listAt(spec: unknown, path: FieldPath): readonly unknown[] {
  const value = valueAt(spec, path);
  return Array.isArray(value) ? value : [];
}

function withArms(
  spec: unknown,
  change: (arms: readonly (readonly [string, unknown])[]) => readonly (readonly [string, unknown])[],
): unknown {
  const arms = Object.entries((valueAt(spec, ['arms']) ?? {}) as object);
  return withValue(spec, ['arms'], Object.fromEntries(change(arms)));
}

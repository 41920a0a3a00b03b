/**
 * Which steps are possible at all: rows within the model's context, since past it positions were never trained (learned ones are not
 * even there), and no more tokens than memory holds as ids or the budget can fill. What is not possible is refused, never cut down.
 */
import { boundsText, isWithin, type Bounds } from '../../bounds';
import { LabError } from '../../error';
import type { Stage } from './recipe';

type Shape = Stage['batch'];

interface Reasons {
  readonly 'beyond-context': { readonly length: number; readonly most: number };
  /** @param bytes of the budget, where that is what bounds the step. */
  readonly 'step-too-large': {
    readonly rows: number;
    readonly length: number;
    readonly most: number;
    readonly bytes?: number;
  };
}

/** A code with values, which every place words in its own language. */
export type ShapeReason = { [Code in keyof Reasons]: { readonly code: Code } & Reasons[Code] }[keyof Reasons];
export type ShapeReasons = Reasons;

export interface ShapeProblem {
  readonly field: keyof Shape;
  readonly reason: ShapeReason;
}

/** In English, after the field's name: what it is, and what is possible. */
export const shapeWords: { readonly [Code in keyof Reasons]: (values: Reasons[Code]) => string } = {
  'beyond-context': ({ length, most }) => `is ${length}; expected is at most ${most}, the model's context`,
  'step-too-large': ({ rows, length, most, bytes }) => {
    const why = bytes === undefined ? '' : `, all that ${bytes} bytes of text can fill`;
    return `is ${rows}, ${rows * length} tokens a step with rows of ${length}; expected is at most ${most}${why}`;
  },
};

const worded = (reason: ShapeReason): string => (shapeWords[reason.code] as (values: ShapeReason) => string)(reason);

/** Of one step, held in memory as ids and targets. */
const mostStepTokens = 1 << 24;
/** Larger ones must be filled by the budget. */
const smallStep = 1 << 16;
/** A byte is hardly more than a token, and a document of one byte has a start and an end beside it. */
const mostTokensOfByte = 4;

const bounds: Readonly<Record<keyof Shape, Bounds>> = {
  rows: { least: 1, most: 65_536, isWhole: true },
  length: { least: 2, most: 1_048_576, isWhole: true },
};

/** @param budget where it is known and in bytes. */
export function sizeProblem({ rows, length }: Shape, budget?: { readonly bytes: number }): ShapeProblem | undefined {
  const filled = budget ? Math.max(smallStep, mostTokensOfByte * budget.bytes) : Infinity;
  if (rows * length <= Math.min(filled, mostStepTokens)) return undefined;
  const most = Math.max(1, Math.floor(Math.min(filled, mostStepTokens) / length));
  const bound = filled < mostStepTokens ? { bytes: budget!.bytes } : {};
  return { field: 'rows', reason: { code: 'step-too-large', rows, length, most, ...bound } };
}

/** @param contextLength 0: not known. */
export function lengthProblem(
  { length }: Shape,
  { contextLength }: { readonly contextLength: number },
): ShapeProblem | undefined {
  if (contextLength === 0 || length <= contextLength) return undefined;
  return { field: 'length', reason: { code: 'beyond-context', length, most: contextLength } };
}

/** Throws `lab/too-long` and `lab/bad-step`. */
export function requireShape(shape: Shape, model: { readonly contextLength: number }): void {
  for (const field of ['rows', 'length'] as const) {
    if (isWithin(shape[field], bounds[field])) continue;
    throw refused('lab/bad-step', field, `is ${shape[field]}; expected is ${boundsText(bounds[field])}`);
  }
  const tooLong = lengthProblem(shape, model);
  if (tooLong) throw refused('lab/too-long', tooLong.field, worded(tooLong.reason));
  const tooLarge = sizeProblem(shape);
  if (tooLarge) throw refused('lab/bad-step', tooLarge.field, worded(tooLarge.reason));
}

const names: Readonly<Record<keyof Shape, string>> = { rows: 'Rows a step', length: 'Row length' };

function refused(code: string, field: keyof Shape, message: string): LabError {
  return new LabError(code, `${names[field]} ${message}.`, 'Nothing was run. Choose what is possible.', { field });
}

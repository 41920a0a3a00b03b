/**
 * Which steps are possible at all: rows within the model's context, since past it positions were never trained (learned ones are not
 * even there), and no more tokens than memory holds as ids or the budget can fill. What is not possible is refused, never cut down.
 */
import { boundsText, isWithin, type Bounds } from '../../bounds';
import { LabError } from '../../error';
import type { Stage } from './recipe';

type Shape = Stage['batch'];

export interface ShapeProblem {
  readonly field: keyof Shape;
  /** After the field's name: what it is, and what is possible. */
  readonly message: string;
}

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
  const tokens = `${rows * length} tokens a step with rows of ${length}`;
  const most = Math.max(1, Math.floor(Math.min(filled, mostStepTokens) / length));
  const why = filled < mostStepTokens ? `, all that ${budget!.bytes} bytes of text can fill` : '';
  return { field: 'rows', message: `is ${rows}, ${tokens}; expected is at most ${most}${why}` };
}

/** @param contextLength 0: not known. */
export function lengthProblem({ length }: Shape, { contextLength }: { readonly contextLength: number }) {
  if (contextLength === 0 || length <= contextLength) return undefined;
  const message = `is ${length}; expected is at most ${contextLength}, the model's context`;
  return { field: 'length', message } satisfies ShapeProblem;
}

/** Throws `lab/too-long` and `lab/bad-step`. */
export function requireShape(shape: Shape, model: { readonly contextLength: number }): void {
  for (const field of ['rows', 'length'] as const) {
    if (isWithin(shape[field], bounds[field])) continue;
    throw refused('lab/bad-step', { field, message: `is ${shape[field]}; expected is ${boundsText(bounds[field])}` });
  }
  const tooLong = lengthProblem(shape, model);
  if (tooLong) throw refused('lab/too-long', tooLong);
  const tooLarge = sizeProblem(shape);
  if (tooLarge) throw refused('lab/bad-step', tooLarge);
}

const names: Readonly<Record<keyof Shape, string>> = { rows: 'Rows a step', length: 'Row length' };

function refused(code: string, { field, message }: ShapeProblem): LabError {
  return new LabError(code, `${names[field]} ${message}.`, 'Nothing was run. Choose what is possible.', { field });
}

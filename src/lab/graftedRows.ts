/** The graft step: from new tokens and an initialisation to a plan of ids and the rows' first values. */
import { initialRows, planGraft, type GraftPlan, type InitMethod } from '../graft/index';
import type { LoadedModel } from './openModel';

export interface Graft {
  readonly plan: GraftPlan;
  /** f32 [count, hiddenSize]. */
  readonly input: Float32Array;
  /** Untied models only. */
  readonly output?: Float32Array;
}

export interface NewRows {
  readonly id: number;
  /** In the old tokenizer's ids. */
  readonly pieces: readonly number[];
}

export async function graftRows(
  model: LoadedModel,
  tokens: readonly NewRows[],
  init: InitMethod,
  seed: number,
): Promise<Graft> {
  const { config, summary, checkpoint } = model;
  const newTokens = [...rowsBefore(model, tokens[0]?.id), ...tokens];
  const plan = planGraft({
    embeddingRows: summary.embeddingRows,
    tokenizerLength: Math.min(summary.tokenizerLength, summary.embeddingRows),
    firstNewId: newTokens[0]?.id ?? summary.largestId + 1,
    count: newTokens.length,
  });
  const rows = await initialRows({
    init,
    newTokens,
    oldIds: plan.firstNewId,
    readRows: (side, ids) => readRows(model, checkpoint.tensors.get(matrixName(model, side))!, ids),
    hiddenSize: config.hiddenSize,
    tied: config.tied,
    initializerRange: config.initializerRange,
    seed,
  });
  return { plan, ...rows };
}

/**
 * Rows for added tokens that lie past the matrix, in front of the new tokens' own: nothing was ever learned for them, so they
 * start as the token that opens a text.
 */
function rowsBefore({ summary, startId }: LoadedModel, firstNewId = 0): NewRows[] {
  const missing = Math.max(0, firstNewId - summary.embeddingRows);
  return Array.from({ length: missing }, (_, at) => ({ id: summary.embeddingRows + at, pieces: [startId] }));
}

export function matrixName({ parameters }: Pick<LoadedModel, 'parameters'>, side: 'input' | 'output'): string {
  const role = side === 'input' ? 'inputVocabulary' : 'outputVocabulary';
  const found = parameters.find((parameter) => parameter.role === role);
  return (found ?? parameters.find((parameter) => parameter.role === 'inputVocabulary')!).name;
}

/** Single rows by id; neighbours are read together. */
async function readRows(
  { config: { hiddenSize } }: LoadedModel,
  matrix: { readF32(rows: { start: number; end: number }): Promise<Float32Array> },
  ids: readonly number[],
): Promise<Float32Array> {
  const rows = new Float32Array(ids.length * hiddenSize);
  for (let at = 0; at < ids.length;) {
    let end = at + 1;
    while (end < ids.length && ids[end] === ids[end - 1]! + 1) end++;
    rows.set(await matrix.readF32({ start: ids[at]!, end: ids[end - 1]! + 1 }), at * hiddenSize);
    at = end;
  }
  return rows;
}

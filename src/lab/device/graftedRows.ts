/** The graft step: from new tokens and an initialisation to a plan of ids and the rows' first values. */
import { initialRows, planGraft, type GraftPlan, type InitialRowsRequest } from '../../graft/index';
import type { LoadedModel } from '../open/openModel';
import { graftedIds } from '../open/rowlessTokens';

export interface Graft {
  readonly plan: GraftPlan;
  /** Rows at its head that belong to tokens the model had no rows for; the new tokens come after them. */
  readonly rowless: number;
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
  newTokens: readonly NewRows[],
  init: InitialRowsRequest['init'],
  seed: number,
): Promise<Graft> {
  const { config, summary, checkpoint, tokenizer } = model;
  const { embeddingRows, tokenizerLength, largestId } = summary;
  const { rowless, ...ids } = graftedIds(embeddingRows, newTokens[0]?.id ?? largestId + 1, newTokens.length);
  const plan = planGraft({ embeddingRows, tokenizerLength: Math.min(tokenizerLength, embeddingRows), ...ids });
  const request = {
    newTokens,
    oldIds: plan.firstNewId,
    readRows: (side, ids) => readRows(model, checkpoint.tensors.get(matrixName(model, side))!, ids),
    pieceLength: (id) => tokenizer.tokenBytes(id).length,
    hiddenSize: config.hiddenSize,
    tied: config.tied,
    initializerRange: config.initializerRange,
    seed,
  } satisfies Omit<InitialRowsRequest, 'init'>;
  const rows = await initialRows({ ...request, init });
  if (rowless === 0) return { plan, rowless, ...rows };
  // Nothing is known of them: the mean of all rows gives their logits the mean of all logits, which takes least from others.
  const tokens = Array.from({ length: rowless }, (_, index) => ({ id: plan.firstNewId + index, pieces: [0] }));
  const before = await initialRows({ ...request, newTokens: tokens, init: 'global-mean' });
  return {
    plan,
    rowless,
    input: joined(before.input, rows.input),
    ...(rows.output && before.output ? { output: joined(before.output, rows.output) } : {}),
  };
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
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

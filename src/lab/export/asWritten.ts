/**
 * What is written of a model in which new tokens took the rows of old ones: every kept token under its own id, each new one where an
 * old one was, and as many rows as before. Of every other model, and of a trimmed one, what the lab has is what is written.
 */
import type { GraftPlan, GraftSegment } from '../../graft/index';
import { LabError } from '../../error';
import type { LoadedModel } from '../open/openModel';
import { newIds, rearrangedModel } from '../open/rearranged';
import { tokenizerFilesOf } from '../vocabulary/vocabulary';
import { renumberTokenizer, type TokenizerFiles } from '../../tokenizer/index';
import { restoredFiles, restoredTokenizerModel, restoredTokens, writtenIds } from '../vocabulary/writtenTokenizer';
import type { NewToken } from '../vocabulary/vocabularySummary';

interface Files {
  readonly model: LoadedModel;
  readonly files?: TokenizerFiles;
  readonly newTokens?: readonly NewToken[];
}

/** For everything but tensors, which `tensorsToWrite` brings into the order of the file. */
export function asWritten<Exported extends Files>(exported: Exported): Exported {
  const { model, files, newTokens } = exported;
  const order = restoredOrder(model);
  if (!order) return exported;
  if (!files) throw unfilled(model);
  const { tokenizerModel: _, ...checkpoint } = order.from.checkpoint;
  const tokenizerModel = restoredTokenizerModel(model, files, order);
  return {
    ...exported,
    model: { ...order.from, checkpoint: { ...checkpoint, ...(tokenizerModel ? { tokenizerModel } : {}) } },
    files: restoredFiles(files, order),
    ...(newTokens ? { newTokens: restoredTokens(newTokens, order) } : {}),
  };
}

/** The plan with its segments in the order of the file; `firstId` of each stays the lab's. */
export function planAsWritten(model: LoadedModel, plan: GraftPlan): GraftPlan {
  const order = restoredOrder(model);
  if (!order) return plan;
  if (plan.spareRowsUsed !== plan.count || plan.newEmbeddingRows !== order.rows.length) throw unfilled(model);
  const idOf = newIds(order);
  const isNew = (id: number) => id >= plan.firstNewId && id < plan.firstNewId + plan.count;
  const segments: { kind: GraftSegment['kind']; firstId: number; rows: number }[] = [];
  for (let row = 0; row < order.rowsBefore; row++) {
    const id = idOf(row)!;
    const kind = isNew(id) ? 'new' : 'old';
    const last = segments.at(-1);
    if (last && last.kind === kind && last.firstId + last.rows === id) last.rows++;
    else segments.push({ kind, firstId: id, rows: 1 });
  }
  return { ...plan, segments };
}

/** A written folder or file that was opened again, with the ids of the model that was written. */
export function asInLab(written: LoadedModel, reopened: LoadedModel): LoadedModel {
  const order = restoredOrder(written);
  if (!order) return reopened;
  const files = renumberTokenizer(tokenizerFilesOf(reopened), newIds(order));
  return rearrangedModel(reopened, order, { files }, false);
}

/** Ids of the file for ids of the lab. */
export function idsAsWritten(model: LoadedModel): (id: number) => number {
  const order = restoredOrder(model);
  return order ? writtenIds(order) : (id) => id;
}

/** The model as it runs, to be exported under the ids that it has in the lab. */
export function asItRuns(model: LoadedModel): LoadedModel {
  const { rearranged: _, ...rest } = model;
  return model.rearranged ? rest : model;
}

export function restoredOrder({ rearranged }: LoadedModel) {
  return rearranged?.restored ? rearranged : undefined;
}

function unfilled({ summary }: LoadedModel): LabError {
  return new LabError(
    'graft/rows-not-taken',
    `Tokens of ${summary.name} gave their rows away, and new ones have not taken all of them.`,
    'This is a defect of Tokengraft; please report it with the steps that led here.',
  );
}

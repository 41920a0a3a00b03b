/** Rows that an earlier graft put into a checkpoint, from its new_tokens.json: training can go on with those alone. */
import type { FileTree } from '../../checkpoint/index';
import { LabError } from '../../error';
import { planGraft } from '../../graft/index';
import { matrixName, type Graft } from './graftedRows';
import { newTokensIn } from '../open/newTokensFile';
import type { LoadedModel } from '../open/openModel';
import type { NewToken } from '../vocabulary/vocabularySummary';

export interface EarlierGraft {
  readonly graft: Graft;
  readonly newTokens: readonly NewToken[];
}

/** Undefined where the folder has no new_tokens.json. Throws `lab/new-tokens-file` where it does not fit the model. */
export async function earlierGraft(tree: FileTree, model: LoadedModel): Promise<EarlierGraft | undefined> {
  const newTokens = await newTokensIn(tree);
  if (newTokens.length === 0) return undefined;
  const firstNewId = newTokens[0]!.id;
  const { embeddingRows, largestId } = model.summary;
  const gap = newTokens.findIndex(({ id }, index) => id !== firstNewId + index);
  const lastNewId = firstNewId + newTokens.length - 1;
  const problem =
    gap >= 0
      ? `has id ${newTokens[gap]!.id} where ${firstNewId + gap} would follow: new ids go on without gaps`
      : lastNewId > largestId
        ? `lists ids up to ${lastNewId}; the tokenizer's largest id is ${largestId}, so that the two are of different models`
        : null;
  if (problem !== null) {
    throw new LabError('lab/new-tokens-file', `\`new_tokens.json\` ${problem}.`, 'Expand again.', {
      firstNewId,
      count: newTokens.length,
      largestId,
    });
  }
  const plan = planGraft({ embeddingRows, tokenizerLength: firstNewId, firstNewId, count: newTokens.length });
  const rows = (side: 'input' | 'output') =>
    model.checkpoint.tensors
      .get(matrixName(model, side))!
      .readF32({ start: firstNewId, end: firstNewId + newTokens.length });
  return {
    graft: {
      plan,
      rowless: 0,
      input: await rows('input'),
      ...(model.config.tied ? {} : { output: await rows('output') }),
    },
    newTokens,
  };
}

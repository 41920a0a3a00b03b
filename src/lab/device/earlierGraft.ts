/** Rows that an earlier graft put into a checkpoint, from its new_tokens.json: training can go on with those alone. */
import { readText, type FileTree } from '../../checkpoint/index';
import { LabError } from '../../error';
import { planGraft } from '../../graft/index';
import { matrixName, type Graft } from './graftedRows';
import type { LoadedModel } from '../open/openModel';
import type { NewToken } from '../vocabulary/vocabularySummary';

export interface EarlierGraft {
  readonly graft: Graft;
  readonly newTokens: readonly NewToken[];
}

/** Undefined where the folder has no new_tokens.json. Throws `lab/new-tokens-file` where it does not fit the model. */
export async function earlierGraft(tree: FileTree, model: LoadedModel): Promise<EarlierGraft | undefined> {
  const source = tree.open('new_tokens.json');
  if (!source) return undefined;
  const newTokens = parsed(await readText(source));
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

function isNewToken(value: unknown): value is NewToken {
  const { id, text, pieces } = (value ?? {}) as Partial<NewToken>;
  const isListed = Number.isSafeInteger(id) && typeof text === 'string' && Array.isArray(pieces);
  return isListed && pieces.every((piece) => Number.isSafeInteger(piece?.id));
}

function parsed(text: string): NewToken[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every(isNewToken)) return list;
  } catch {
    // Falls through to the refusal.
  }
  throw new LabError('lab/new-tokens-file', '`new_tokens.json` is not a list of tokens with ids.', 'Expand again.');
}

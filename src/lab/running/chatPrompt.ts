/** A question as the model was tuned to be asked, and where its answer ends; for `generateText`. */
import type { Turn } from '../../corpus/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { TemplateSource } from '../chat/index';
import type { LoadedModel } from '../open/openModel';
import { objectives } from '../training/objectives/index';
import type { Stage } from '../training/recipe';
import type { GenerateOptions } from './generate';

export interface ChatPrompt {
  /** Where the template is from; `default` where the model has none. */
  readonly from: TemplateSource;
  readonly options: Pick<GenerateOptions, 'prompt' | 'isWhole' | 'ends'>;
}

/** chat_template.jinja of an arm that learned answers in a template that its model did not come with; else undefined. */
export async function writtenTemplate(
  model: LoadedModel,
  stages: readonly Pick<Stage, 'objective'>[],
): Promise<string | undefined> {
  if (!stages.some(({ objective }) => objectives[objective].reads === 'instructions')) return undefined;
  const { templateToWrite } = await import('../chat/index');
  return templateToWrite(model);
}

/** @param tokenizer of the arm that answers. @throws LabError of the template. */
export async function chatPrompt(
  model: LoadedModel,
  tokenizer: Tokenizer,
  turns: readonly Turn[],
): Promise<ChatPrompt> {
  const { answerEnds, modelChat, promptText } = await import('../chat/index');
  const chat = modelChat(model);
  const options = { prompt: promptText(chat, turns), isWhole: true, ends: answerEnds(chat, tokenizer) };
  return { from: chat.from, options };
}

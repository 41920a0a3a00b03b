/**
 * What a stage reads that learns answers: conversations of the instructions in the seed's order, each whole, until its share of the
 * budget is read. Which ones does not depend on an arm's vocabulary: those that are too long for a row are told by the model's own.
 */
import type { Conversation } from '../../corpus/index';
import { breathe } from '../../breathe';
import { LabError } from '../../error';
import { epochRandom, shuffledIndices } from '../../random';
import type { Tokenizer } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import { encodeChat, modelChat, renderChat, type EncodedChat } from '../chat/index';
import type { LoadedModel } from '../open/openModel';
import type { Watch } from '../progress';

export interface AnswerStage {
  readonly chats: readonly EncodedChat[];
  /** UTF-8 bytes of them as the model reads them. */
  readonly bytes: number;
  /** Conversations of the instructions that are longer than a row; they are not read. */
  readonly tooLong: number;
}

export interface AnswersAsked {
  readonly model: LoadedModel;
  readonly conversations: readonly Conversation[];
  readonly seed: number;
  /** Tokens a row. */
  readonly length: number;
  /** So many bytes, or so many tokens. */
  readonly until: { readonly bytes: number } | { readonly tokens: number };
}

/** @throws LabError lab/conversations-too-long, and what rendering throws. */
export async function answerStage(
  asked: AnswersAsked,
  tokenizer: Tokenizer,
  options: Watch = {},
): Promise<AnswerStage> {
  const { model, conversations, length, until } = asked;
  const read = await encodedChats(asked, tokenizer, options);
  const fitting = read.flatMap((chat) => (chat ? [chat] : []));
  if (fitting.length === 0) throw tooLongAll(conversations, model, length);
  const chats: EncodedChat[] = [];
  let [bytes, tokens] = [0, 0];
  for (let epoch = 0; ; epoch++) {
    for (const index of shuffledIndices(fitting.length, epochRandom(asked.seed, epoch))) {
      const chat = fitting[index]!;
      chats.push(chat);
      bytes += chat.bytes;
      tokens += chat.ids.length;
      if ('bytes' in until ? bytes >= until.bytes : tokens >= until.tokens) {
        return { chats, bytes, tooLong: conversations.length - fitting.length };
      }
    }
  }
}

const breathEvery = 20;

/** Undefined where a conversation does not fit into a row. */
async function encodedChats({ model, conversations, length }: AnswersAsked, tokenizer: Tokenizer, watch: Watch) {
  const chat = modelChat(model);
  const read: (EncodedChat | undefined)[] = [];
  let breathed = performance.now();
  for (const conversation of conversations) {
    const rendered = renderChat(chat, conversation);
    const own = encodeChat(model.tokenizer, rendered);
    const encoded = tokenizer === model.tokenizer ? own : encodeChat(tokenizer, rendered);
    read.push(Math.max(own.ids.length, encoded.ids.length) <= length ? encoded : undefined);
    if (performance.now() - breathed < breathEvery) continue;
    watch.onProgress?.({ phase: 'tokenizing', done: read.length, total: conversations.length });
    await breathe();
    breathed = performance.now();
    throwIfCancelled(watch.signal);
  }
  return read;
}

function tooLongAll(conversations: readonly Conversation[], model: LoadedModel, length: number): LabError {
  const chat = modelChat(model);
  const lengths = conversations.map((each) => encodeChat(model.tokenizer, renderChat(chat, each)).ids.length);
  const shortest = lengths.reduce((least, each) => Math.min(least, each), Infinity);
  return new LabError(
    'lab/conversations-too-long',
    `Rows hold ${length} tokens, and the shortest of ${conversations.length} conversations has ${shortest}.`,
    `Nothing of them was read. Make the rows of this stage longer (\`batch.length\`)${model.config.contextLength > 0 ? `, up to ${model.config.contextLength}` : ''}.`,
    { length, shortest },
  );
}

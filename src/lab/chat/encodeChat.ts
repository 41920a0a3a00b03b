/** A rendered conversation as ids, and which of them are learned: those that stand for any of an answer, as in transformers' own mask. */
import { utf8Length, type Conversation } from '../../corpus/index';
import { lostBytesOf, type Tokenizer } from '../../tokenizer/index';
import type { ModelChat } from './modelChat';
import { renderChat, type RenderedChat } from './renderChat';

export interface EncodedChat {
  /** Of the whole text; what a template puts first is in it, nothing else is added. */
  readonly ids: Uint32Array;
  /** 1 for ids of an answer, else 0. */
  readonly isAnswer: Uint8Array;
  /** UTF-8 bytes of the answers, special tokens not counted. */
  readonly answerBytes: number;
  /** UTF-8 bytes of the whole text. */
  readonly bytes: number;
  /** Bytes of the answers that the tokenizer cannot write. */
  readonly lostBytes: number;
}

export function encodeChat(tokenizer: Tokenizer, { text, answers }: RenderedChat): EncodedChat {
  const encoding = tokenizer.encode(text);
  const { ids, starts, ends } = encoding;
  const isAnswer = new Uint8Array(ids.length);
  let answerBytes = 0;
  for (const { start, end } of answers) {
    answerBytes += utf8Length(text.slice(start, end));
    for (let at = 0; at < ids.length; at++) {
      if (starts[at]! >= end || ends[at]! <= start || isAnswer[at] === 1) continue;
      isAnswer[at] = 1;
      if (tokenizer.isSpecial(ids[at]!)) answerBytes -= utf8Length(text.slice(starts[at], ends[at]));
    }
  }
  const lost = encoding.lost.filter((span) => answers.some(({ start, end }) => span.start < end && span.end > start));
  return { ids, isAnswer, answerBytes, bytes: utf8Length(text), lostBytes: lostBytesOf(text, { lost }) };
}

/** A conversation read, rendered and encoded. */
export function chatIds(chat: ModelChat, tokenizer: Tokenizer, conversation: Conversation): EncodedChat {
  return encodeChat(tokenizer, renderChat(chat, conversation));
}

/** Ids that end an answer by this template: its last one, where that is a token of its own and not text. */
export function answerEnds(chat: ModelChat, tokenizer: Tokenizer): readonly number[] {
  const turns = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ] as const;
  const { ids, isAnswer } = chatIds(chat, tokenizer, { turns, place: 'a first question' });
  const last = ids[isAnswer.lastIndexOf(1)]!;
  return tokenizer.isAdded(last) ? [last] : [];
}

/**
 * Held-out answers: nats of every token of an answer, its end among them, over the UTF-8 bytes of what is said, special tokens not
 * counted. The same conversations for every arm, read through the model's template.
 */
import { documentHash, type Conversation } from '../../corpus/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { SampleOrder, ScoredText } from '../scoring/evaluate';
import { encodeChat } from './encodeChat';
import type { ModelChat } from './modelChat';
import { renderChat } from './renderChat';

/** Conversations until so many bytes are asked and answered, at least one; their answers alone are scored. */
export function scoredAnswers(
  chat: ModelChat,
  tokenizer: Tokenizer,
  conversations: readonly Conversation[],
  { bytes, sample }: { readonly bytes: number; readonly sample: SampleOrder },
): ScoredText[] {
  const rendered = conversations.map((conversation) => renderChat(chat, conversation));
  if (sample === 'spread') rendered.sort((a, b) => documentHash(a.text) - documentHash(b.text));
  const scored: ScoredText[] = [];
  let read = 0;
  for (const each of rendered) {
    const encoded = encodeChat(tokenizer, each);
    if (scored.length > 0 && read + encoded.bytes > bytes) break;
    read += encoded.bytes;
    scored.push({
      startId: encoded.ids[0]!,
      ids: encoded.ids.subarray(1),
      isScored: encoded.isAnswer.subarray(1),
      bytes: encoded.answerBytes,
      lostBytes: encoded.lostBytes,
    });
  }
  return scored;
}

/** What a model finds likelier: whole passages are priced, each with one of its choices, so that no vocabulary has an easier cut. */
import type { Tokenizer } from '../../tokenizer/index';
import type { Watch } from '../progress';
import { encodeDocuments, scoreDocuments, type Scorer } from '../scoring/evaluate';
import type { ClozeRun } from './clozeReport';
import type { ClozeQuestion } from './clozeSet';

export async function askArm(
  scorer: Scorer,
  tokenizer: Pick<Tokenizer, 'encode'>,
  questions: readonly ClozeQuestion[],
  seed: number,
  { onProgress = () => undefined, signal }: Watch = {},
): Promise<ClozeRun> {
  const passages = questions.flatMap(({ before, choices, after }) => choices.map((word) => `${before}${word}${after}`));
  const { nats } = await scoreDocuments(
    scorer,
    encodeDocuments(passages, (text) => tokenizer.encode(text)),
    {
      onProgress: (done, total) => onProgress({ phase: 'asking', done, total }),
      ...(signal ? { signal } : {}),
    },
  );
  let from = 0;
  const each = questions.map(({ choices }) => nats.slice(from, (from += choices.length)));
  return { seed, questions, nats: each };
}

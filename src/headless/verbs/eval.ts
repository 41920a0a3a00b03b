/** `eval`: bits per byte over all documents of a file. */
import { cappedDocuments, encodeDocuments, scoreDocuments, scoreResult } from '../../lab/index';
import type { Command } from '../arguments';
import { bitsText, lostLine } from '../scoreText';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { undividedCorpus } from './corpus';
import { takenFiles } from '../taken';
import { modelOf } from './model';
import { runningModel } from './runningModel';

export async function evalVerb(command: Command): Promise<Answer> {
  const model = await modelOf(command);
  const corpus = await undividedCorpus(command);
  const documents = cappedDocuments(corpus.train, command.number('max-bytes') ?? Infinity);
  const report = progressLine();
  const running = await runningModel(command, model, report);
  const encoded = encodeDocuments(documents, (text) => model.tokenizer.encode(text));
  const scores = await scoreDocuments(running.scorer, encoded, {
    onProgress: (done, total) => report({ phase: 'evaluating', done, total }),
  });
  await running.close();
  const score = scoreResult(scores);
  const { nllPerToken, tokens, bytes, documents: count, interval, lostBytes } = score;
  const spread = interval?.map((x) => x.toFixed(4)).join(' to ') ?? 'no interval over fewer than three documents';
  const figure =
    lostBytes > 0
      ? `no bits per byte, ${nllPerToken.toFixed(4)} nats per token`
      : `${bitsText(score)} bits per byte (${spread})`;
  return {
    value: { ...score, corpus: takenFiles(corpus.summary) },
    text: [
      `${figure} over ${bytes} bytes, ${tokens} tokens, ${count} ${count === 1 ? 'document' : 'documents'}`,
      ...lostLine('the documents', score),
    ].join('\n'),
  };
}

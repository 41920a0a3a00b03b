/** `eval`: bits per byte over all documents of a file. */
import { cappedDocuments, encodeDocuments, scoreDocuments, scoreResult } from '../../lab/index';
import type { Command } from '../arguments';
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
  const { bitsPerByte, nllPerToken, tokens, bytes, documents: count, interval } = scoreResult(scores);
  return {
    value: { bitsPerByte, nllPerToken, tokens, bytes, documents: count, interval, corpus: takenFiles(corpus.summary) },
    text: `${bitsPerByte.toFixed(4)} bits per byte (${interval?.map((x) => x.toFixed(4)).join(' to ') ?? 'one document, no interval'}) over ${bytes} bytes, ${tokens} tokens, ${count} documents`,
  };
}

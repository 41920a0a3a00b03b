/**
 * Samples of one model from where a document begins, read by their notation. All are drawn alike for every arm, with the same seeds,
 * and end with the document or after the same bytes of text, whatever the vocabulary.
 */
import type { Tokenizer } from '../../tokenizer/index';
import { LabError } from '../../error';
import { mostNewTokens } from '../../samplingBounds';
import { throwIfCancelled } from '../cancel';
import { throttled, type Watch } from '../progress';
import { generateText, type TextModel } from '../running/generate';
import { utf8Bytes } from '../scoring/evaluate';
import type { FieldRun, FieldSample, FieldSampling } from './fieldReport';
import type { NotationName, NotationReader } from './notations/notation';
import type { TrainingForms } from './trainingForms';

export interface SampledModel {
  readonly text: TextModel;
  readonly tokenizer: Tokenizer;
}

export async function sampleArm(
  { text: model, tokenizer }: SampledModel,
  notation: { readonly name: NotationName; readonly reader: NotationReader },
  sampling: FieldSampling,
  known: TrainingForms,
  { onProgress, signal }: Watch = {},
): Promise<FieldRun> {
  const report = throttled(onProgress ?? (() => undefined));
  const samples: FieldSample[] = [];
  const { temperature, topP, seed, bytes } = sampling;
  // A token is a byte at least, but for those that stand for none.
  const maxTokens = Math.min(bytes, mostNewTokens(model.room));
  if (maxTokens < 1) throw new LabError('lab/too-long', 'This model writes no token at all.', 'Take another model.');
  for (let index = 0; index < sampling.samples; index++) {
    throwIfCancelled(signal);
    report({ phase: 'sampling', done: index, total: sampling.samples });
    const pieces = await generateText(model, tokenizer, {
      ...{ prompt: '', maxTokens, maxBytes: bytes, temperature, topP, topK: 0, seed: (seed * 100_003 + index) >>> 0 },
      ...(signal ? { signal } : {}),
    });
    const text = pieces.map((piece) => piece.text).join('');
    const isCut = pieces.length >= maxTokens || utf8Bytes(text) >= bytes;
    const reading = notation.reader.parse(text, isCut);
    samples.push({
      ...{ text, isCut, tokens: pieces.length },
      ...(reading.valid
        ? { canonical: reading.canonical, why: null, isKnown: known.has(reading.canonical, isCut) }
        : { canonical: null, why: reading.why, isKnown: null }),
    });
  }
  report({ phase: 'sampling', done: sampling.samples, total: sampling.samples });
  return { notation: notation.name, sampling, samples };
}

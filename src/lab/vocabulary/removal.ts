/**
 * Old tokens that go: those that neither the training text nor general text uses, then the rarest where that is asked for. What other
 * tokens are merged from, bytes, special and added tokens and what the model's files name are kept.
 */
import { throwIfCancelled } from '../cancel';
import { LabError } from '../../error';
import { batchesOf, llamaCppProbe, removableIds, type Tokenizer } from '../../tokenizer/index';
import { breathe } from '../../breathe';
import { tokenIdsIn } from '../open/configTokens';
import { trainingTexts, type CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import type { TokenizerModel } from '../open/tokenizerModel';
import type { RemovalChoice } from './choice';
import { wordsOf } from './learnVocabulary';
import type { SpecVocabularyOptions } from './specExtension';

export interface RemovableTokens {
  /** In the order in which they may go: any beginning of the list may. */
  readonly ids: readonly number[];
  /** Of every token in training and general text, by id. */
  readonly occurrences: Float64Array;
}

/** Throws `tokenizer/not-bpe`; `tokenizer/not-removable` for a token that the choice names and that cannot go. */
export async function removableTokens(
  model: TokenizerModel,
  corpus: CorpusText,
  { leastCount, pieces, tokens }: RemovalChoice,
  options: SpecVocabularyOptions,
): Promise<RemovableTokens> {
  const { tokenizer } = model;
  // Said before anything is counted.
  removableIds(tokenizer, {
    occurrences: new Float64Array(tokenizer.largestId + 1),
    pieces,
    most: 0,
    kept: named(model),
  });
  const occurrences = await countedTokens(model, corpus, options);
  const most = tokens === undefined ? {} : { most: Math.max(0, tokens - pieces.length) };
  return {
    ids: removableIds(tokenizer, { occurrences, leastCount, pieces, kept: named(model), ...most }),
    occurrences,
  };
}

/** What the model's files name by id: ends of texts, padding; and what llama.cpp's converter knows a tokenizer by. */
function named(model: TokenizerModel): number[] {
  const { checkpoint, startId } = model as TokenizerModel & Partial<LoadedModel>;
  const { config, generationConfig } = checkpoint as Partial<LoadedModel['checkpoint']>;
  return [
    ...(model.tokenizer.family === 'byte-level-bpe' ? Array.from(llamaCppProbe(model.tokenizer)) : []),
    ...(startId === undefined ? [] : [startId]),
    ...(config ? tokenIdsIn(config) : []),
    ...(generationConfig === undefined ? [] : tokenIdsIn(JSON.parse(generationConfig) as NonNullable<typeof config>)),
  ];
}

async function countedTokens(
  model: TokenizerModel,
  corpus: CorpusText,
  options: SpecVocabularyOptions,
): Promise<Float64Array> {
  const { tokenizer } = model;
  const { signal, onProgress, openShards } = options;
  const occurrences = new Float64Array(tokenizer.largestId + 1);
  if (tokenizer.family === 'byte-level-bpe') {
    const watch = { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) };
    const { words, counts } = await wordsOf(model, corpus, { ...watch, ...(openShards ? { openShards } : {}) });
    words.forEach((word, at) => {
      for (const id of tokenizer.bpe.idsOnce(word).ids) occurrences[id]! += counts[at]!;
    });
  } else {
    // Merging crosses words there, which training does not.
    for await (const batch of batchesOf(trainingTexts(corpus, signal)))
      await countInto(occurrences, tokenizer, batch, signal);
  }
  await countInto(occurrences, tokenizer, corpus.general, signal);
  return occurrences;
}

const breathEvery = 20;

async function countInto(
  occurrences: Float64Array,
  tokenizer: Tokenizer,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  let breathed = performance.now();
  for (const text of texts) {
    for (const id of tokenizer.encode(text).ids) occurrences[id]!++;
    if (performance.now() - breathed < breathEvery) continue;
    await breathe();
    breathed = performance.now();
    throwIfCancelled(signal);
  }
}

/** Fewer may go than were asked for. */
export function noRoom(field: string, asked: number, free: number, { leastCount }: RemovalChoice): LabError {
  const seen = leastCount === 1 ? 'are not used' : `are used fewer than ${leastCount} times`;
  return new LabError(
    'lab/no-room',
    `\`${field}\` asks for the rows of ${asked} old tokens; ${free} of them ${seen} in training and general text, and may go.`,
    'Ask for fewer, or raise `remove.leastCount`, at a price that is then measured.',
    { field, asked, free, leastCount },
  );
}

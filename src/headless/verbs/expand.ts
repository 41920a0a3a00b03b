/** `expand`: new tokens learned on a corpus, their rows grafted on, the folder written. Needs no GPU. */
import { folderSink } from '../../checkpoint/node';
import {
  buildVocabulary,
  cardOf,
  graftRows,
  learnVocabulary,
  prunedExtension,
  writeModel,
  type InitMethod,
} from '../../lab/index';
import type { Command } from '../arguments';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { corpusOf } from './corpus';
import { openShards } from '../countingShards';
import { learnWay } from './learning';
import { modelOf } from './model';

export async function expandVerb(command: Command): Promise<Answer> {
  const model = await modelOf(command);
  const corpus = await corpusOf(command);
  const onProgress = progressLine();
  const newTokens = command.number('new-tokens')!;
  const learned = await learnVocabulary(model, corpus, { ...learnWay(command), newTokens, onProgress, openShards });
  const floor = command.number('least-exposure');
  const extension = floor === undefined ? learned : prunedExtension(learned, floor);
  const vocabulary = await buildVocabulary(model, corpus, extension, newTokens, { onProgress });
  const seed = command.number('seed')!;
  const graft = await graftRows(model, vocabulary.newRows, command.text('init') as InitMethod, seed);
  const out = command.text('out')!;
  const { summary } = vocabulary;
  await writeModel(
    await folderSink(out),
    {
      model,
      files: vocabulary.files,
      graft,
      trainedNames: [],
      card: cardOf({ model, corpus: corpus.summary, graft, settings: undefined, steps: 0 }),
      newTokens: summary.newTokens,
      extras: {},
    },
    onProgress,
  );
  const { heldOut } = summary;
  return {
    value: {
      out,
      newTokens: summary.newTokens.length,
      firstNewId: summary.firstNewId,
      spareRowsUsed: summary.spareRowsUsed,
      embeddingRowsBefore: summary.embeddingRowsBefore,
      embeddingRowsAfter: summary.embeddingRowsAfter,
      dead: summary.dead,
      method: command.text('method'),
      heldOut,
      general: summary.general,
      llamaCppHash: summary.llamaCppHash,
    },
    text: `${summary.newTokens.length} new tokens; held-out text in ${heldOut.tokensAfter} tokens instead of ${heldOut.tokensBefore}; written to ${out}`,
  };
}

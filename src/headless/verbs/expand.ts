/**
 * `expand`: an experiment of one arm of no stages. Its tokens are learned on a corpus, their rows grafted on, the folder written
 * with the specification; with `--tokenizer` the extended tokenizer's files alone. Needs no GPU.
 */
import type { FolderSink } from '../../checkpoint/index';
import { folderSink, folderTree } from '../../checkpoint/node';
import {
  cardOf,
  graftRows,
  modelWithout,
  openTokenizerFolder,
  openTokenizerModel,
  pinned,
  specVocabulary,
  writeModel,
  writeTokenizer,
  writtenTokenizer,
  writtenSpec,
  type CorpusText,
  type ExperimentSpec,
  type LoadedModel,
  type TokenizerModel,
  type Vocabulary,
} from '../../lab/index';
import { armOf, expandSpec } from '../armSpec';
import type { Command } from '../arguments';
import { progressLine } from '../stdout';
import { vocabularyLines } from '../vocabularyText';
import type { Answer } from '../answer';
import { takenFiles } from '../taken';
import { corpusOf } from './corpus';
import { openShards } from '../countingShards';
import { tokenizerClassOf } from './tokenizerClass';
import { modelOf, modelPath } from './model';
import { outFolder } from './outFolder';

export async function expandVerb(command: Command): Promise<Answer> {
  const folder = command.text('tokenizer');
  const out = await outFolder(command, [folder ?? modelPath(command)]);
  const corpus = await corpusOf(command);
  const spec = expandSpec(command, corpus.summary);
  const onProgress = progressLine();
  const learn = (model: TokenizerModel) =>
    specVocabulary(model, corpus, armOf(spec).vocabulary!, { onProgress, openShards });
  if (folder !== undefined) {
    const model = await tokenizerAlone(folder);
    const vocabulary = await learn(model);
    const written = writtenTokenizer(model, vocabulary);
    const sink = await folderSink(out);
    await writeTokenizer(sink, written.model, { ...written, tokenizerClass: tokenizerClassOf(command) });
    for (const [name, text] of Object.entries(written.lists)) await sink.write(name, text);
    return answerOf(command, corpus, vocabulary, out);
  }
  const model = await modelOf(command);
  const vocabulary = await learn(model);
  await writeGrafted(command, await folderSink(out), model, corpus, await pinned(spec, model, corpus), vocabulary);
  return answerOf(command, corpus, vocabulary, out);
}

async function writeGrafted(
  command: Command,
  sink: FolderSink,
  model: LoadedModel,
  corpus: CorpusText,
  spec: ExperimentSpec,
  { newRows, files, summary, removal }: Vocabulary,
): Promise<void> {
  const { start } = armOf(spec);
  const without = modelWithout(model, removal);
  const graft = newRows.length > 0 ? await graftRows(without, newRows, start, spec.seeds[0]!) : undefined;
  const about = { model: without, corpus: corpus.summary, graft, removal: summary.removal };
  const card = cardOf({ ...about, start, moves: [], steps: 0 });
  const extras = { 'experiment.json': `${JSON.stringify(writtenSpec(spec), null, 2)}\n` };
  const { newTokens } = summary;
  await writeModel(
    sink,
    {
      ...{ model: without, files, card, newTokens, tokenizerClass: tokenizerClassOf(command), extras },
      ...(graft ? { graft } : {}),
    },
    progressLine(),
  );
}

/** A tokenizer without weights; its own length stands for the rows where no config.json tells them. */
async function tokenizerAlone(folder: string): Promise<TokenizerModel> {
  const tree = await folderTree(folder);
  if (tree.open('config.json')) return openTokenizerModel(tree);
  const { checkpoint, tokenizer, notes } = await openTokenizerFolder(tree);
  const embeddingRows = tokenizer.largestId + 1;
  return {
    tokenizer,
    checkpoint,
    summary: { name: tree.name, parameters: 0, hiddenSize: 0, embeddingRows, tied: true, notes },
  };
}

function answerOf(command: Command, corpus: CorpusText, { summary }: Vocabulary, out: string): Answer {
  const { refused = [] } = summary;
  return {
    value: {
      out,
      newTokens: summary.newTokens.length,
      shortfall: summary.shortfall,
      firstNewId: summary.firstNewId,
      spareRowsUsed: summary.spareRowsUsed,
      embeddingRowsBefore: summary.embeddingRowsBefore,
      embeddingRowsAfter: summary.embeddingRowsAfter,
      dead: summary.dead,
      refused: { count: refused.length, words: refused },
      links: summary.links,
      method: command.text('method'),
      ...(summary.removal ? { removal: summary.removal } : {}),
      heldOut: summary.heldOut,
      general: summary.general,
      llamaCppHash: summary.llamaCppHash,
      corpus: takenFiles(corpus.summary),
    },
    text: [
      ...vocabularyLines(summary),
      ...(refused.length > 0 ? [refusedLine(refused)] : []),
      `written to ${out}`,
    ].join('\n'),
  };
}

const namedWords = 20;

function refusedLine(refused: readonly string[]): string {
  const named = refused.slice(0, namedWords).join(', ');
  return `${refused.length} left out, since as added tokens they would be decoded as other text (a byte-level decoder takes words in letters of its own alphabet for bytes): ${named}${refused.length > namedWords ? ', ...' : ''}`;
}

/**
 * A folder with which training goes on where one GPU is not enough: the grafted model, the corpus as JSON lines, the ids of
 * the new tokens, and ready configurations. train.py, fsdp.yaml and the lists of requirements are files of their own, copied as they are.
 */
import { subfolderSink, type FolderSink } from '../../../checkpoint/index';
import { LabError } from '../../../error';
import { batchesOf, type TrainingTexts } from '../../../tokenizer/index';
import { trainingTexts, type CorpusText } from '../../open/corpusText';
import { asWritten } from '../asWritten';
import { writeModel, type ModelToExport } from '../exportModel';
import type { OnProgress } from '../../progress';
import {
  axolotlYaml,
  datasetInfo,
  HELD_OUT_LINES,
  llamaFactoryYaml,
  TRAIN_LINES,
  type ContinuedTraining,
} from './configurations';
import fsdpYaml from './fsdp.yaml?raw';
import { scaleReadme } from './readme';
import scriptRequirements from './requirements.txt?raw';
import axolotlRequirements from './requirements-axolotl.txt?raw';
import llamaFactoryRequirements from './requirements-llama-factory.txt?raw';
import trainScript from './train.py?raw';
import { trainersTokenizer } from './trainersTokenizer';

export const MODEL_FOLDER = 'model';

export interface ScaleToWrite {
  readonly exported: ModelToExport;
  readonly corpus: CorpusText;
  /** Where it differs from the defaults below. */
  readonly training?: Partial<ContinuedTraining>;
}

const defaults: ContinuedTraining = { steps: 400, batchRows: 8, rowLength: 1024, learningRate: 3e-4, seed: 1 };
/** Longest window of an evaluation, as everywhere in the lab. */
const longestWindow = 1024;

/** train.py reads this; other tools may. */
export interface ContinueFile {
  readonly version: 1;
  readonly model: string;
  readonly train: string;
  readonly held_out: string;
  readonly new_ids: readonly number[];
  /** Before every document. */
  readonly start_id: number;
  /** After every document that is trained on; null: none. */
  readonly end_id: number | null;
  /** What stands for text that the tokenizer cannot write; null: nothing does. */
  readonly unknown_id: number | null;
  readonly window_length: number;
  readonly row_length: number;
}

export async function writeScale(
  sink: FolderSink,
  { exported, corpus, training = {} }: ScaleToWrite,
  onProgress?: OnProgress,
): Promise<void> {
  const { model, newTokens } = asWritten(exported);
  if (corpus.train.length === 0) {
    throw new LabError(
      'lab/no-training-text',
      'The training text of this run is not here: only what it is measured on was kept.',
      'Open the files again in Corpus.',
    );
  }
  const { contextLength } = model.config;
  const asked = { ...defaults, ...training };
  const rowLength = Math.min(asked.rowLength, contextLength);
  const newIds = newTokens.map(({ id }) => id);
  const file: ContinueFile = {
    version: 1,
    model: MODEL_FOLDER,
    train: TRAIN_LINES,
    held_out: HELD_OUT_LINES,
    new_ids: newIds,
    start_id: model.startId,
    end_id: model.tokenizer.special.eos ?? model.config.eosTokenIds[0] ?? null,
    unknown_id: model.tokenizer.special.unknown,
    window_length: Math.min(longestWindow, contextLength),
    row_length: rowLength,
  };
  const { files, readAs } = trainersTokenizer(exported);
  const texts: Record<string, string | AsyncIterable<Uint8Array>> = {
    'README.md': scaleReadme({
      model: model.summary.name,
      corpus: corpus.summary.name,
      newIds,
      trainDocuments: corpus.summary.trainDocuments,
      heldOutDocuments: corpus.heldOut.length,
      tokenizerClass: exported.tokenizerClass ?? 'obeys',
      readAs,
    }),
    'continue.json': `${JSON.stringify(file, null, 2)}\n`,
    'train.py': trainScript,
    'fsdp.yaml': fsdpYaml,
    'requirements.txt': scriptRequirements,
    'requirements-axolotl.txt': axolotlRequirements,
    'requirements-llama-factory.txt': llamaFactoryRequirements,
    'axolotl.yaml': axolotlYaml({ ...asked, rowLength }),
    'llama-factory.yaml': llamaFactoryYaml({ ...asked, rowLength }, readAs),
    'data/dataset_info.json': datasetInfo(),
    [TRAIN_LINES]: jsonLines(trainingTexts(corpus)),
    [HELD_OUT_LINES]: jsonLines(corpus.heldOut),
  };
  for (const [name, content] of Object.entries(texts)) await sink.write(name, content);
  // The class is chosen; what is left to do beside it is the same for every download.
  await writeModel(subfolderSink(sink, MODEL_FOLDER), { ...exported, files, tokenizerClass: 'kept' }, onProgress);
}

const documentsAtOnce = 1000;

/**
 * All of them, read from their files again where they are too many for memory. Lone surrogates, which UTF-8 cannot spell,
 * become U+FFFD, as in every tokenizer.
 */
async function* jsonLines(texts: TrainingTexts): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const documents of batchesOf(texts)) {
    for (let at = 0; at < documents.length; at += documentsAtOnce) {
      const lines = documents
        .slice(at, at + documentsAtOnce)
        .map((text) => `${JSON.stringify({ text: text.replace(/\p{Surrogate}/gu, '\ufffd') })}\n`);
      yield encoder.encode(lines.join(''));
    }
  }
}

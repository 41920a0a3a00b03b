/** Files or a sample to the texts of an experiment, with the general text that forgetting is measured on. */
import {
  DEFAULT_FRACTION,
  bytesOfAll,
  readCorpus,
  utf8Length,
  type Corpus,
  type CorpusFile,
  type ReadCorpusOptions,
} from '../../corpus/index';
import type { CorpusText } from './corpusText';
import { leastDocuments } from '../scoring/bootstrap';
import { throttled, type OnProgress } from '../progress';
import { seededRandom, shuffledIndices } from '../../random';
import type { CorpusSummary } from './corpusSummary';

export interface GeneralText {
  readonly name: string;
  readonly documents: readonly string[];
}

export interface OpenCorpusOptions extends Omit<ReadCorpusOptions, 'onProgress'> {
  readonly onProgress?: OnProgress;
}

const excerptLength = 500;
/** A share of them is held out. */
const documentsNeeded = Math.ceil(leastDocuments / DEFAULT_FRACTION);

/** What lies joined is cut into `train` when that is first asked for. */
export async function openCorpus(
  files: readonly CorpusFile[],
  general: GeneralText,
  { onProgress, ...options }: OpenCorpusOptions = {},
): Promise<CorpusText> {
  const report = throttled(onProgress ?? (() => undefined));
  const corpus = await readCorpus(files, {
    ...options,
    onProgress: ({ bytes, ofBytes }) => report({ phase: 'reading', done: bytes, total: ofBytes }),
  });
  return {
    get train() {
      return corpus.train;
    },
    ...(corpus.isSample ? { readTrain: (signal) => corpus.readTrain(signal) } : {}),
    heldOut: corpus.heldOut,
    general: general.documents,
    summary: summaryOf(corpus, general),
  };
}

function summaryOf(corpus: Corpus, general: GeneralText): CorpusSummary {
  const train = corpus.trainAtAGlance;
  return {
    name: corpus.name,
    files: corpus.files.map(({ nearEmpty, recordsWithoutText, ...file }) => ({
      ...file,
      withoutText: nearEmpty + recordsWithoutText,
    })),
    documents: corpus.documents,
    entities: corpus.entities,
    trainDocuments: corpus.trainDocuments,
    ...(corpus.isSample ? { sampledDocuments: train.documents, sampledBytes: train.bytes } : {}),
    heldOutDocuments: corpus.heldOut.length,
    ...(corpus.heldOut.length > 0 && corpus.heldOut.length < leastDocuments ? { documentsNeeded } : {}),
    trainBytes: corpus.trainBytes,
    heldOutBytes: corpus.heldOutBytes,
    generalBytes: bytesOfAll(general.documents),
    generalName: general.name,
    duplicates: corpus.duplicates,
    nearEmpty: corpus.nearEmpty,
    invalidBytes: corpus.invalidBytes,
    excerpt: Array.from(train.first.join('\n').slice(0, 4 * excerptLength))
      .slice(0, excerptLength)
      .join(''),
    ...(corpus.source === undefined ? {} : { source: corpus.source }),
    ...(corpus.licence === undefined ? {} : { licence: corpus.licence }),
  };
}

/**
 * The general text, none of it trained on, as passages in an even order of their own: an evaluation that stops after a
 * few kilobytes still sees many places of it, and has documents to draw an interval from.
 */
export async function openGeneralText(file: CorpusFile, name: string): Promise<GeneralText> {
  const { train, heldOut } = await readCorpus([file], { name });
  const passages = [...heldOut, ...train].flatMap(passagesOf);
  const order = shuffledIndices(passages.length, seededRandom(passageSeed));
  return { name, documents: Array.from(order, (at) => passages[at]!) };
}

const passageBytes = 384;
const passageSeed = 20260102;

/** Whole lines, gathered until they are long enough; what is left over goes to the last. */
function passagesOf(document: string): string[] {
  const passages: string[] = [];
  let passage = '';
  for (const line of document.split('\n')) {
    passage += passage === '' ? line : `\n${line}`;
    if (utf8Length(passage) < passageBytes) continue;
    passages.push(passage);
    passage = '';
  }
  if (passage.trim() === '') return passages;
  return passages.length > 0 ? [...passages.slice(0, -1), `${passages.at(-1)}\n${passage}`] : [passage];
}

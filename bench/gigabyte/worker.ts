/// <reference lib="webworker" />
/** What the page's worker does, without the page: open, graft, load, save, prove; each phase told to the driver. */
import { directoryTree, privateDirectory } from '../../src/checkpoint/index';
import { GpuEngine, openDevice } from '../../src/engine/index';
import {
  ArmModel,
  buildVocabulary,
  learnVocabulary,
  openCorpus,
  openModel,
  type ExportChoice,
} from '../../src/lab/index';
import { exportFile } from '../../src/worker/exporting';
import { writeCheckpoint } from './checkpoint';

export type ToWorker = 'prepare' | 'measure';
export type FromWorker = { readonly phase: string } | { readonly done: unknown } | { readonly failed: string };

const folder = 'gigabyte';
const newTokens = 256;
const tell = (message: FromWorker) => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  (data === 'prepare' ? prepare() : measure()).then(
    (done) => tell({ done }),
    (error: unknown) => tell({ failed: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }),
  );
};

function prepare(): Promise<number> {
  return writeCheckpoint(folder, new URL('/models/rootstock/', location.origin));
}

async function measure() {
  tell({ phase: 'open' });
  const base = await directoryTree(await privateDirectory(folder));
  const model = await openModel(base, 'folder', { name: folder });
  const blob = await (await fetch('/samples/molecules.smi')).blob();
  const file = { name: 'molecules.smi', size: blob.size, stream: () => blob.stream() as ReadableStream<Uint8Array> };
  const corpus = await openCorpus([file], { name: 'none', documents: ['general'] });
  tell({ phase: 'vocabulary' });
  const extension = await learnVocabulary(model, corpus, { newTokens });
  const vocabulary = await buildVocabulary(model, corpus, extension, newTokens);
  tell({ phase: 'graft and load' });
  const engine = new GpuEngine(await openDevice(navigator.gpu));
  const start = { input: 'subword-mean', output: 'subword-mean' } as const;
  const evaluation = { bytes: 4096, generalBytes: 4096, sample: 'spread' } as const;
  const moves = ['newRows'] as const;
  const arm = await ArmModel.open({ engine, model, corpus, vocabulary, start, moves, seed: 1, evaluation });
  const run = {
    base,
    corpus,
    arm,
    vocabulary,
    start,
    comparison: null,
    weights: 'of the bench',
    records: [],
    steps: 0,
  };
  const reports = [];
  for (const choice of [
    { form: 'model', dtype: 'source', onnxDtype: 'f32', ggufDtype: 'F16', tokenizerClass: 'obeys' },
    { form: 'model', dtype: 'BF16', onnxDtype: 'f32', ggufDtype: 'F16', tokenizerClass: 'obeys' },
    { form: 'delta', dtype: 'source', onnxDtype: 'f32', ggufDtype: 'F16', tokenizerClass: 'obeys' },
  ] satisfies ExportChoice[]) {
    const name = `${choice.form}, ${choice.dtype}`;
    tell({ phase: `save: ${name}` });
    const { report } = await exportFile(run, choice, ({ phase }) => {
      if (phase === 'verifying') tell({ phase: `prove: ${name}` });
    });
    tell({ phase: 'between' });
    reports.push({ name, bytes: report.totalBytes, ...report.verification });
  }
  arm.close();
  engine.close();
  return reports;
}

/** The trained model to a zip or a folder, and the proof from the bytes that were written, never from memory. */
import {
  directorySink,
  directoryTree,
  openZip,
  privateDirectory,
  writeFile,
  zipSink,
  type FileTree,
  type FolderSink,
} from '../checkpoint/index';
import {
  cardOf,
  exportReport,
  recordLines,
  verifyExport,
  writeModel,
  type Comparison,
  type Experiment,
  type ExportReport,
  type RunRecord,
  type Training,
  type Vocabulary,
} from '../lab/index';
import type { OnProgress } from './api';

export interface FinishedRun {
  readonly training: Training;
  readonly vocabulary: Vocabulary;
  readonly experiment: Experiment;
  readonly comparison: Comparison | null;
  readonly records: readonly RunRecord[];
  readonly steps: number;
}

/** Documents of held-out text that the proof may read. */
const proofDocuments = 20;

/** Streamed into the private file system, so that no zip ever stands in memory. */
export async function exportZip(
  run: FinishedRun,
  onProgress: OnProgress,
): Promise<{ report: ExportReport; zip: Blob; fileName: string }> {
  const directory = await privateDirectory('export');
  const fileName = `${run.training.setup.model.summary.name}-grafted.zip`;
  const { sink, stream } = zipSink();
  const writing = writeFile(directory, fileName, stream);
  await Promise.all([write(run, sink, onProgress).then(() => sink.close()), writing]);
  const zip = await (await directory.getFileHandle(fileName)).getFile();
  return { report: await verified(run, await openZip(zip, fileName), onProgress), zip, fileName };
}

export async function exportFolder(
  run: FinishedRun,
  directory: FileSystemDirectoryHandle,
  onProgress: OnProgress,
): Promise<ExportReport> {
  const sink = directorySink(directory);
  await write(run, sink, onProgress);
  await sink.close();
  return verified(run, await directoryTree(directory), onProgress);
}

function write(run: FinishedRun, sink: FolderSink, onProgress: OnProgress): Promise<void> {
  const { training, vocabulary, comparison, steps } = run;
  const { graft, session, setup } = training;
  const { model, corpus, settings } = setup;
  return writeModel(
    sink,
    {
      model,
      files: vocabulary.files,
      ...(graft ? { graft } : {}),
      store: session.store,
      trainedNames: session.trainedNames,
      card: cardOf({ model, corpus: corpus.summary, graft, settings, steps, comparison }),
      newTokens: vocabulary.summary.newTokens,
      extras: {
        'experiment.json': `${JSON.stringify(run.experiment, null, 2)}\n`,
        'run.jsonl': recordLines(run.records),
      },
    },
    onProgress,
  );
}

async function verified({ training }: FinishedRun, tree: FileTree, onProgress: OnProgress): Promise<ExportReport> {
  const { session, tokenizer, setup } = training;
  const text = setup.corpus.heldOut.slice(0, proofDocuments).join('\n');
  const toVerify = { session, tokenizer, mode: setup.settings.mode, text };
  return exportReport(tree, await verifyExport(tree, toVerify, onProgress));
}

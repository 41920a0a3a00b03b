/** The trained model to a zip or a folder, as checkpoint or as ONNX, and the proof from the written bytes, never from memory. */
import {
  directorySink,
  directoryTree,
  openZip,
  privateDirectory,
  recordingSink,
  writeFile,
  zipSink,
  type FileTree,
  type FolderSink,
} from '../checkpoint/index';
import type { Device } from '../engine/index';
import {
  cardOf,
  exportReport,
  recordLines,
  onnxDtypes,
  proveOnnx,
  verifyExport,
  writeModel,
  writeOnnxModel,
  type Comparison,
  type Experiment,
  type ExportReport,
  type ModelToExport,
  type OnnxDtype,
  type RunRecord,
  type Training,
  type Vocabulary,
} from '../lab/index';
import type { ExportForm, OnProgress } from './api';
import { onnxRuntime } from './onnxRuntime';

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
  form: ExportForm,
  onProgress: OnProgress,
): Promise<{ report: ExportReport; zip: Blob; fileName: string }> {
  const directory = await privateDirectory('export');
  const fileName = `${run.training.setup.model.summary.name}-grafted${form === 'safetensors' ? '' : `-${form}`}.zip`;
  const { sink, stream } = zipSink();
  const writing = writeFile(directory, fileName, stream);
  await Promise.all([write(run, sink, form, onProgress).then(() => sink.close()), writing]);
  const zip = await (await directory.getFileHandle(fileName)).getFile();
  return { report: await verified(run, await openZip(zip, fileName), form, onProgress), zip, fileName };
}

export async function exportFolder(
  run: FinishedRun,
  directory: FileSystemDirectoryHandle,
  form: ExportForm,
  onProgress: OnProgress,
): Promise<ExportReport> {
  const sink = recordingSink(directorySink(directory));
  await write(run, sink, form, onProgress);
  await sink.close();
  return verified(run, await directoryTree(directory, sink.written), form, onProgress);
}

function write(run: FinishedRun, sink: FolderSink, form: ExportForm, onProgress: OnProgress): Promise<void> {
  const { training, vocabulary, comparison, steps } = run;
  const { graft, session, setup } = training;
  const { model, corpus, settings } = setup;
  const exported: ModelToExport = {
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
  };
  const dtype = onnxDtypeOf(form);
  return dtype ? writeOnnxModel(sink, exported, [dtype], { onProgress }) : writeModel(sink, exported, onProgress);
}

async function verified(
  { training }: FinishedRun,
  tree: FileTree,
  form: ExportForm,
  onProgress: OnProgress,
): Promise<ExportReport> {
  const { session, tokenizer, setup } = training;
  const text = setup.corpus.heldOut.slice(0, proofDocuments).join('\n');
  const dtype = onnxDtypeOf(form);
  const verification = dtype
    ? await proveOnnx(
        await onnxRuntime(canComputeIn(dtype, session.device) ? session.device : undefined),
        tree,
        { dtype, session, tokenizer, text },
        onProgress,
      )
    : await verifyExport(tree, { session, tokenizer, mode: setup.settings.mode, text }, onProgress);
  return exportReport(tree, verification);
}

function onnxDtypeOf(form: ExportForm): OnnxDtype | undefined {
  return onnxDtypes.find((dtype) => form === `onnx-${dtype}`);
}

/** onnxruntime's shaders need `shader-f16` for it, which the processor does without. */
function canComputeIn(dtype: OnnxDtype, { report }: Device): boolean {
  return dtype !== 'f16' || report.hasF16;
}

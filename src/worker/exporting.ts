/**
 * The trained model as checkpoint or ONNX, its delta, or a folder to go on with, to a zip or a folder, and the proof from the
 * bytes that were written, never from memory.
 */
import {
  directorySink,
  directoryTree,
  openZip,
  privateDirectory,
  recordingSink,
  subtree,
  writeFile,
  zipSink,
  type FileTree,
  type FolderSink,
} from '../checkpoint/index';
import { GpuEngine, type Device, type Engine } from '../engine/index';
import type { ModelCard } from '../graft/index';
import {
  applyDelta,
  cardOf,
  deltaOfGraft,
  exportReport,
  MODEL_FOLDER,
  proveOnnx,
  recordLines,
  verifyExport,
  writeDelta,
  writeModel,
  writeOnnxModel,
  writeScale,
  type Comparison,
  type ExportChoice,
  type ExportForm,
  type ExportReport,
  type ModelToExport,
  type OnnxDtype,
  type RunRecord,
  type Training,
  type Vocabulary,
} from '../lab/index';
import type { OnProgress } from './api';
import { cancellableProgress, cancellableSink } from './cancellable';
import { onnxRuntime } from './onnxRuntime';

export interface FinishedRun {
  /** The model as it was opened. */
  readonly base: FileTree;
  readonly training: Training;
  /** Absent where the model kept its vocabulary. */
  readonly vocabulary?: Vocabulary;
  /** As it goes into the download. */
  readonly experiment: unknown;
  /** Of an experiment, for the model card. */
  readonly figures?: Pick<ModelCard, 'arms' | 'figures' | 'verdict' | 'learned'>;
  readonly comparison: Comparison | null;
  readonly records: readonly RunRecord[];
  readonly steps: number;
}

/** Documents of held-out text that the proof may read. */
const proofDocuments = 20;

/** Streamed into the private file system, so that no zip stands in memory; Firefox's private windows have none. */
export async function exportZip(
  run: FinishedRun,
  choice: ExportChoice,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<{ report: ExportReport; zip: Blob; fileName: string }> {
  const fileName = `${run.training.setup.model.summary.name}-${endings[choice.form]}.zip`;
  const { sink, stream } = zipSink();
  const [zip] = await Promise.all([
    zipFile(fileName, stream),
    write(run, choice, cancellableSink(sink, signal), onProgress).then(() => sink.close()),
  ]);
  const tree = await openZip(zip, fileName, signal);
  return { report: await verified(run, choice, tree, cancellableProgress(onProgress, signal)), zip, fileName };
}

async function zipFile(fileName: string, stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const directory = await privateDirectory('export').catch(() => undefined);
  if (!directory) return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  await writeFile(directory, fileName, stream);
  return (await directory.getFileHandle(fileName)).getFile();
}

const endings = {
  model: 'grafted',
  onnx: 'grafted-onnx',
  delta: 'delta',
  scale: 'elsewhere',
} as const satisfies Record<ExportForm, string>;

export async function exportFolder(
  run: FinishedRun,
  choice: ExportChoice,
  directory: FileSystemDirectoryHandle,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<ExportReport> {
  const sink = recordingSink(directorySink(directory));
  await write(run, choice, cancellableSink(sink, signal), onProgress);
  await sink.close();
  const tree = await directoryTree(directory, sink.written);
  return verified(run, choice, tree, cancellableProgress(onProgress, signal));
}

async function write(
  run: FinishedRun,
  { form, dtype, onnxDtype, tokenizerClass }: ExportChoice,
  sink: FolderSink,
  onProgress: OnProgress,
): Promise<void> {
  if (form === 'onnx') return writeOnnxModel(sink, { ...modelOf(run), tokenizerClass }, [onnxDtype], { onProgress });
  const exported: ModelToExport = {
    ...modelOf(run),
    tokenizerClass,
    ...(dtype === 'source' || form === 'delta' ? {} : { dtype }),
  };
  if (form === 'delta') await writeDelta(sink, await deltaOfGraft(exported), { onProgress });
  else if (form === 'scale') await writeScale(sink, { exported, corpus: run.training.setup.corpus }, onProgress);
  else await writeModel(sink, exported, onProgress);
}

function modelOf(run: FinishedRun): ModelToExport {
  const { training, vocabulary, comparison, steps } = run;
  const { graft, session, setup } = training;
  const { model, corpus, settings } = setup;
  return {
    model,
    ...(vocabulary ? { files: vocabulary.files } : {}),
    ...(graft ? { graft } : {}),
    session,
    card: { ...cardOf({ model, corpus: corpus.summary, graft, settings, steps, comparison }), ...run.figures },
    newTokens: vocabulary?.summary.newTokens ?? [],
    extras: {
      'experiment.json': `${JSON.stringify(run.experiment, null, 2)}\n`,
      'run.jsonl': recordLines(run.records),
    },
  };
}

/** The written folder as a model: of a delta, put onto the base again. */
async function modelTree(run: FinishedRun, form: ExportForm, tree: FileTree): Promise<FileTree> {
  if (form === 'delta') return applyDelta(run.base, tree);
  return form === 'scale' ? subtree(tree, MODEL_FOLDER) : tree;
}

async function verified(
  run: FinishedRun,
  { form, onnxDtype }: ExportChoice,
  tree: FileTree,
  onProgress: OnProgress,
): Promise<ExportReport> {
  const { session, tokenizer, setup } = run.training;
  const text = setup.corpus.heldOut.slice(0, proofDocuments).join('\n');
  if (form === 'onnx') {
    const runtime = await onnxRuntime(deviceFor(onnxDtype, session.engine));
    const toProve = { dtype: onnxDtype, session, tokenizer, text };
    return exportReport(tree, form, await proveOnnx(runtime, tree, toProve, onProgress));
  }
  const toVerify = { session, tokenizer, mode: setup.settings.mode, text };
  const model = await modelTree(run, form, tree);
  return exportReport(tree, form, await verifyExport(model, toVerify, onProgress));
}

/** A hardware GPU, shared; but onnxruntime's shaders need `shader-f16` for f16, which the processor does without. */
function deviceFor(dtype: OnnxDtype, engine: Engine): Device | undefined {
  if (!(engine instanceof GpuEngine) || engine.report.kind !== 'gpu') return undefined;
  return dtype !== 'f16' || engine.device.report.hasF16 ? engine.device : undefined;
}

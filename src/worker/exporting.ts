/**
 * The trained model as checkpoint, ONNX or GGUF, its delta, or a folder to go on with, to one file or a folder, and the proof
 * from the bytes that were written, never from memory.
 */
import {
  blobSource,
  directorySink,
  directoryTree,
  openZip,
  privateDirectory,
  recordingSink,
  streamOf,
  subtree,
  treeOf,
  writeFile,
  zipSink,
  type FileContent,
  type FileTree,
  type FolderSink,
} from '../checkpoint/index';
import { GpuEngine, type Device, type Engine } from '../engine/index';
import {
  cardOf,
  deltaOfGraft,
  exportReport,
  ggufRefusal,
  ggufRounding,
  MODEL_FOLDER,
  proveGguf,
  provedTexts,
  proveOnnx,
  putOnBase,
  recordLines,
  smallestMode,
  verifyExport,
  writeAdapter,
  writeDelta,
  writeGguf,
  writeModel,
  writeOnnxModel,
  writeScale,
  type Comparison,
  type CorpusText,
  type ExportChoice,
  type ExportForm,
  type ExportReport,
  type FormRefusal,
  type GgufToExport,
  type ModelToExport,
  type OnnxDtype,
} from '../lab/index';
import type { TokenizerFiles } from '../tokenizer/index';
import type { OnProgress } from './api';
import { cancellableProgress, cancellableSink } from './cancellable';
import { onnxRuntime } from './onnxRuntime';
import type { TrainedArm } from './trainedArm';

export interface FinishedRun extends TrainedArm {
  /** The model as it was opened. */
  readonly base: FileTree;
  readonly corpus: CorpusText;
  readonly comparison: Comparison | null;
}

/** Documents of held-out text that the proof may read. */
const proofDocuments = 20;

/** Streamed into the private file system, so that no file stands in memory; Firefox's private windows have none. */
export async function exportFile(
  run: FinishedRun,
  choice: ExportChoice,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<{ report: ExportReport; file: Blob; fileName: string }> {
  const writer = choice.form === 'gguf' ? singleFile : zippedFile;
  const { tree, ...written } = await writer(run, choice, onProgress, signal);
  return { report: await verified(run, choice, tree, cancellableProgress(onProgress, signal)), ...written };
}

type FileWriter = (
  ...asked: Parameters<typeof exportFile>
) => Promise<{ readonly file: Blob; readonly fileName: string; readonly tree: FileTree }>;

const zippedFile: FileWriter = async (run, choice, onProgress, signal) => {
  const fileName = `${nameOf(run, choice.form)}.zip`;
  const { sink, stream } = zipSink();
  const [file] = await Promise.all([
    storedFile(fileName, stream),
    write(run, choice, cancellableSink(sink, signal), onProgress).then(() => sink.close()),
  ]);
  return { file, fileName, tree: await openZip(file, fileName, signal) };
};

/** A form that is one file as it is. */
const singleFile: FileWriter = async (run, choice, onProgress, signal) => {
  const files: { file: Blob; fileName: string }[] = [];
  const sink: FolderSink = {
    write: async (fileName, content) => void files.push({ file: await storedFile(fileName, content), fileName }),
    close: async () => undefined,
  };
  await write(run, choice, cancellableSink(sink, signal), onProgress);
  const { file, fileName } = files[0]!;
  return { file, fileName, tree: treeOf(fileName, new Map([[fileName, blobSource(fileName, file)]])) };
};

async function storedFile(fileName: string, content: FileContent): Promise<Blob> {
  const directory = await privateDirectory('export').catch(() => undefined);
  if (!directory) return new Response(streamOf(content) as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  await writeFile(directory, fileName, content);
  return (await directory.getFileHandle(fileName)).getFile();
}

function nameOf({ arm }: FinishedRun, form: ExportForm): string {
  return `${arm.setup.model.summary.name}-${endings[form]}`;
}

const endings = {
  model: 'grafted',
  onnx: 'grafted-onnx',
  gguf: 'grafted',
  delta: 'delta',
  adapter: 'adapter',
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
  { form, dtype, onnxDtype, ggufDtype, tokenizerClass }: ExportChoice,
  sink: FolderSink,
  onProgress: OnProgress,
): Promise<void> {
  if (form === 'gguf') return void (await writeGguf(sink, ggufOf(run), ggufDtype, onProgress));
  if (form === 'onnx') return writeOnnxModel(sink, { ...modelOf(run), tokenizerClass }, [onnxDtype], { onProgress });
  const exported: ModelToExport = {
    ...modelOf(run),
    tokenizerClass,
    ...(dtype === 'source' || form === 'delta' || form === 'adapter' ? {} : { dtype }),
  };
  if (form === 'delta') await writeDelta(sink, await deltaOfGraft(exported), { onProgress });
  else if (form === 'adapter') await writeAdapter(sink, exported);
  else if (form === 'scale') await writeScale(sink, { exported, corpus: run.corpus }, onProgress);
  else await writeModel(sink, exported, onProgress);
}

/** Why the model has no GGUF form; null where it has one. */
export function refusedAsGguf(run: FinishedRun): Promise<FormRefusal | null> {
  return ggufRefusal(ggufOf(run));
}

function ggufOf(run: FinishedRun): GgufToExport {
  return { ...modelOf(run), name: nameOf(run, 'gguf') };
}

function modelOf(run: FinishedRun): ModelToExport {
  const { arm, corpus, vocabulary, start, comparison, steps, precision, extras } = run;
  const { graft, session, setup } = arm;
  const { model } = session;
  const about = { model, corpus: corpus.summary, graft, removal: vocabulary?.summary.removal };
  const began = graft && start ? { start } : {};
  const card = cardOf({ ...about, ...began, moves: setup.moves, steps, comparison, frozen: setup.frozen, precision });
  return {
    model,
    ...filesOf(run),
    ...(graft ? { graft } : {}),
    session,
    card: { ...card, ...run.figures },
    newTokens: vocabulary?.summary.newTokens ?? [],
    extras: { ...extras, 'run.jsonl': recordLines(run.records) },
  };
}

/** The extended tokenizer's, and a template that the model is asked with from now on. */
function filesOf({ arm, vocabulary, chatTemplate }: FinishedRun): Pick<ModelToExport, 'files'> {
  if (chatTemplate === undefined) return vocabulary ? { files: vocabulary.files } : {};
  const files = vocabulary?.files ?? (arm.setup.model.checkpoint.tokenizerFiles as TokenizerFiles);
  return { files: { ...files, 'chat_template.jinja': chatTemplate } };
}

/** The written folder as a model: of a delta or an adapter, put onto the base again. */
async function modelTree(run: FinishedRun, form: ExportForm, tree: FileTree): Promise<FileTree> {
  if (form === 'delta' || form === 'adapter') return putOnBase(run.base, tree);
  return form === 'scale' ? subtree(tree, MODEL_FOLDER) : tree;
}

async function verified(
  run: FinishedRun,
  { form, onnxDtype, ggufDtype }: ExportChoice,
  tree: FileTree,
  onProgress: OnProgress,
): Promise<ExportReport> {
  const { session, tokenizer, setup } = run.arm;
  const documents = run.corpus.heldOut.slice(0, proofDocuments);
  const text = documents.join('\n');
  if (form === 'onnx') {
    const runtime = await onnxRuntime(deviceFor(onnxDtype, session.engine));
    const toProve = { dtype: onnxDtype, session, tokenizer, text };
    return exportReport(tree, form, await proveOnnx(runtime, tree, toProve, onProgress));
  }
  const toVerify = { session, tokenizer, mode: smallestMode(setup.moves), text };
  if (form === 'gguf') {
    const exported = ggufOf(run);
    const texts = [...provedTexts(tokenizer), ...documents];
    const gguf = await proveGguf(tree.open(tree.list()[0]!)!, exported, ggufDtype, texts, onProgress);
    const rounding = ggufRounding(exported, ggufDtype);
    return exportReport(tree, form, { ...(await verifyExport(tree, { ...toVerify, rounding }, onProgress)), gguf });
  }
  const model = await modelTree(run, form, tree);
  return exportReport(tree, form, await verifyExport(model, toVerify, onProgress));
}

/** A hardware GPU, shared; but onnxruntime's shaders need `shader-f16` for f16, which the processor does without. */
function deviceFor(dtype: OnnxDtype, engine: Engine): Device | undefined {
  if (!(engine instanceof GpuEngine) || engine.report.kind !== 'gpu') return undefined;
  return dtype !== 'f16' || engine.device.report.hasF16 ? engine.device : undefined;
}

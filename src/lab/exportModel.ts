/**
 * The model as a Hugging Face folder, written as streams: weights in the type the source has (trained values are f32 on
 * the device, and are rounded to nearest even on the way out), the tokenizer's files extended, everything else of the
 * source carried over, and the experiment beside it. verifyExport.ts re-opens what was written.
 */
import {
  safetensorsFile,
  sha256,
  SINGLE_FILE,
  type FileTree,
  type FolderSink,
  type TensorToWrite,
  type WeightDtype,
} from '../checkpoint/index';
import type { ParameterStore } from '../engine/index';
import {
  configText,
  graftedConfig,
  graftedTensors,
  modelCardText,
  planGraft,
  type GraftPlan,
  type ModelCard,
  type TrainedRows,
  type VocabularyTensor,
} from '../graft/index';
import type { TokenizerFiles } from '../tokenizer/index';
import { matrixName, type Graft } from './graftedRows';
import type { LoadedModel } from './openModel';
import { throttled, type OnProgress } from './progress';
import type { ExportReport, NewToken } from './results';
import { openTokenizer } from './openTokenizer';
import { tokenizerFilesOf, tokenizerModelOf } from './vocabulary';

export interface ModelToExport {
  readonly model: LoadedModel;
  /** Of every weight; by default each tensor keeps its own. */
  readonly dtype?: WeightDtype;
  /** The extended tokenizer's files; absent where no token was added. */
  readonly files?: TokenizerFiles;
  readonly graft?: Graft;
  /** The device's parameters where something was trained; without them the graft is written as it starts. */
  readonly store?: ParameterStore;
  readonly trainedNames: readonly string[];
  /** What the model card says, or its text. Absent: the folder gets none. */
  readonly card?: ModelCard | string;
  readonly newTokens: readonly NewToken[];
  /** Further files: experiment.json, run.jsonl. */
  readonly extras: Readonly<Record<string, string>>;
}

export async function writeModel(
  sink: FolderSink,
  exported: ModelToExport,
  onProgress: OnProgress = () => undefined,
): Promise<void> {
  const weights = safetensorsFile(await tensorsToWrite(exported));
  const report = throttled(onProgress);
  // Small files first: a reader of the folder finds them even if the weights do not fit.
  await writeSmallFiles(sink, exported, exportedConfigText(exported));
  let written = 0;
  const counted = async function* () {
    for await (const chunk of weights.stream()) {
      yield chunk;
      written += chunk.byteLength;
      report({ phase: 'writing', done: written, total: weights.size });
    }
  };
  await sink.write(SINGLE_FILE, counted());
}

/** Everything of the folder but weights: configuration, tokenizer, model card, new tokens, the experiment. */
export async function writeSmallFiles(sink: FolderSink, exported: ModelToExport, config: string): Promise<void> {
  const { model, files } = exported;
  const { checkpoint, summary } = model;
  await sink.write('config.json', config);
  if (checkpoint.generationConfig !== undefined)
    await sink.write('generation_config.json', checkpoint.generationConfig);
  for (const [name, text] of Object.entries({ ...checkpoint.tokenizerFiles, ...(files ?? tokenizerFilesOf(model)) })) {
    if (text !== undefined) await sink.write(name, text);
  }
  if (checkpoint.tokenizerModel) {
    const extended = files ? openTokenizer({ name: summary.name, tokenizerFiles: files }) : model.tokenizer;
    const tokenizerModel = tokenizerModelOf(model, extended);
    if (tokenizerModel) await sink.write('tokenizer.model', tokenizerModel);
  }
  const { card, newTokens } = exported;
  if (card) await sink.write('README.md', typeof card === 'string' ? card : modelCardText(card));
  if (newTokens.length > 0) await sink.write('new_tokens.json', newTokensText(newTokens));
  for (const [name, text] of Object.entries(exported.extras)) await sink.write(name, text);
}

/** config.json with the vocabulary's new size; the source's own text where nothing was grafted. */
function exportedConfigText({ model: { checkpoint }, graft }: ModelToExport): string {
  return graft ? configText(graftedConfig(checkpoint.config, graft.plan)) : checkpoint.configText;
}

export function planOf({ model, graft }: Pick<ModelToExport, 'model' | 'graft'>): GraftPlan {
  return graft?.plan ?? unchangedPlan(model.summary.embeddingRows);
}

/** The tensors of the written model, each a stream that begins anew whenever it is asked for. */
export async function tensorsToWrite(
  exported: Pick<ModelToExport, 'model' | 'graft' | 'store' | 'trainedNames' | 'dtype'>,
): Promise<TensorToWrite[]> {
  const { model, graft, store, trainedNames, dtype } = exported;
  const plan = planOf(exported);
  const vocabulary: VocabularyTensor[] = [];
  if (graft) {
    const input = matrixName(model, 'input');
    vocabulary.push({ name: input, newRows: await newRowsOf(input, graft.input, plan, store) });
    if (graft.output) {
      const output = matrixName(model, 'output');
      vocabulary.push({ name: output, newRows: await newRowsOf(output, graft.output, plan, store) });
    }
  }
  const staleHead = model.config.tied && model.checkpoint.tensors.has('lm_head.weight');
  return graftedTensors({
    tensors: model.checkpoint.tensors,
    plan,
    vocabulary,
    trained: store ? trainedRows(store, trainedNames, plan) : new Map<string, TrainedRows>(),
    ...(staleHead ? { omit: ['lm_head.weight'] } : {}),
    ...(dtype === undefined ? {} : { dtype }),
  });
}

/** f32 [count, hiddenSize] as they are on the device now. */
export async function newRowsOf(
  matrix: string,
  initial: Float32Array,
  plan: Pick<GraftPlan, 'firstNewId' | 'count'>,
  store: ParameterStore | undefined,
): Promise<Float32Array> {
  if (!store) return initial;
  const rows = new Float32Array(initial.length);
  const width = initial.length / plan.count;
  for (const { name, firstId } of segmentsOf(store, matrix)) {
    const from = firstId - plan.firstNewId;
    if (from >= 0 && from < plan.count) rows.set(await store.readF32(name), from * width);
  }
  return rows;
}

/** Readers of what training moved, one device tensor in memory at a time. */
function trainedRows(
  store: ParameterStore,
  trainedNames: readonly string[],
  plan: Pick<GraftPlan, 'firstNewId' | 'count'>,
): Map<string, TrainedRows> {
  let held: { name: string; values: Float32Array } | undefined;
  const read = async (name: string): Promise<Float32Array> => {
    if (held?.name !== name) held = { name, values: await store.readF32(name) };
    return held.values;
  };
  const isNew = (firstId: number) => firstId >= plan.firstNewId && firstId < plan.firstNewId + plan.count;
  const readers = new Map<string, TrainedRows>();
  for (const name of trainedNames) {
    const [matrix, first] = name.split('#') as [string, string | undefined];
    if (first !== undefined && isNew(Number(first))) continue;
    const segments = first === undefined ? [{ name, firstId: 0 }] : segmentsOf(store, matrix);
    const shape = store.spec(name).shape;
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    readers.set(matrix, async (start, end) => {
      const rows = new Float32Array((end - start) * width);
      for (const segment of segments) {
        const count = store.spec(segment.name).shape[0]!;
        const from = Math.max(start, segment.firstId);
        const to = Math.min(end, segment.firstId + count);
        if (from >= to) continue;
        const values = await read(segment.name);
        rows.set(
          values.subarray((from - segment.firstId) * width, (to - segment.firstId) * width),
          (from - start) * width,
        );
      }
      return rows;
    });
  }
  return readers;
}

function segmentsOf(store: ParameterStore, matrix: string): { name: string; firstId: number }[] {
  return [...store.specs.keys()]
    .filter((name) => name.startsWith(`${matrix}#`))
    .map((name) => ({ name, firstId: Number(name.slice(matrix.length + 1)) }))
    .sort((a, b) => a.firstId - b.firstId);
}

function unchangedPlan(embeddingRows: number): GraftPlan {
  return planGraft({ embeddingRows, tokenizerLength: 0, firstNewId: embeddingRows, count: 0 });
}

/** new_tokens.json: what `train` reads to know which rows are new, and what a reader wants to know of them. */
function newTokensText(newTokens: readonly NewToken[]): string {
  return `[\n${newTokens.map((token) => JSON.stringify(token)).join(',\n')}\n]\n`;
}

/** Names, sizes and SHA-256 of the files as they lie there, beside what the verification found. */
export async function exportReport(tree: FileTree, verification: ExportReport['verification']): Promise<ExportReport> {
  const files: { name: string; bytes: number; sha256: string }[] = [];
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    const pieces = async function* () {
      for (let at = 0; at < source.size; at += pieceBytes) {
        yield await source.read(at, Math.min(source.size, at + pieceBytes));
      }
    };
    const { hex, bytes } = await sha256(pieces());
    files.push({ name, bytes, sha256: hex });
  }
  return { files, totalBytes: files.reduce((sum, file) => sum + file.bytes, 0), verification };
}

const pieceBytes = 4 * 2 ** 20;

/**
 * The model as a Hugging Face folder, written as streams: weights in the type the source has or a chosen one (trained
 * values are f32 on the device, and are rounded to nearest even on the way out), in shards where one file would be too
 * large, the tokenizer's files extended, everything else of the source carried over, and the experiment beside it.
 * verifyExport.ts and verifyWeights.ts re-open what was written.
 */
import {
  INDEX_FILE,
  sha256,
  sourcePieces,
  staleWeightFiles,
  weightFiles,
  type FileTree,
  type FolderSink,
  type TensorToWrite,
  type WeightDtype,
} from '../../checkpoint/index';
import type { Weights } from '../../engine/index';
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
} from '../../graft/index';
import { headName } from '../../model/index';
import type { TokenizerFiles } from '../../tokenizer/index';
import { deviceRows } from '../device/deviceRows';
import { matrixName, type Graft } from '../device/graftedRows';
import type { ModelSession } from '../device/modelSession';
import type { LoadedModel } from '../open/openModel';
import { throttled, type OnProgress } from '../progress';
import { asWritten, planAsWritten } from './asWritten';
import type { ExportForm, ExportReport } from './exportChoice';
import type { NewToken } from '../vocabulary/vocabularySummary';
import type { TokenizerClassChoice } from '../vocabulary/tokenizerClassChoice';
import { removedTokensFile, replacedTokensFile } from '../vocabulary/removalFiles';
import { writeTokenizer } from '../vocabulary/writeTokenizer';

/** How weights are written. */
export interface WeightsAs {
  /** Default: each tensor keeps its own. */
  readonly dtype?: WeightDtype;
  /** Bytes of tensors in a file before the next one is begun; 2 GB by default. */
  readonly shardBytes?: number;
}

export interface ModelToExport extends WeightsAs {
  readonly model: LoadedModel;
  /** The extended tokenizer's files; absent where no token was added. */
  readonly files?: TokenizerFiles;
  readonly graft?: Graft;
  /** Where something was trained: its values; without them the graft is written as it starts. */
  readonly session?: Pick<ModelSession, 'store' | 'trained' | 'graphs' | 'changedTensors' | 'rows'>;
  /** What the model card says, or its text. Absent: the folder gets none. */
  readonly card?: ModelCard | string;
  readonly newTokens: readonly NewToken[];
  readonly tokenizerClass?: TokenizerClassChoice;
  /** Further files: experiment.json, report.json, run.jsonl. */
  readonly extras: Readonly<Record<string, string>>;
}

export async function writeModel(
  sink: FolderSink,
  exported: ModelToExport,
  onProgress: OnProgress = () => undefined,
): Promise<void> {
  const weights = weightFiles(await tensorsToWrite(exported), exported.shardBytes);
  const report = throttled(onProgress);
  // Small files first: a reader of the folder finds them even if the weights do not fit.
  await writeSmallFiles(sink, exported, configToWrite(exported));
  let written = 0;
  for (const { name, file } of weights.files) {
    const counted = async function* () {
      for await (const chunk of file.stream()) {
        yield chunk;
        written += chunk.byteLength;
        report({ phase: 'writing', done: written, total: weights.totalBytes });
      }
    };
    await sink.write(name, counted());
  }
  if (weights.index !== undefined) await sink.write(INDEX_FILE, weights.index);
  for (const name of staleWeightFiles(weights)) await sink.remove?.(name);
}

/** Everything of the folder but weights: configuration, tokenizer, model card, new tokens, the experiment. */
export async function writeSmallFiles(sink: FolderSink, exported: ModelToExport, config: string): Promise<void> {
  const { model, files, card, newTokens, extras, tokenizerClass } = asWritten(exported);
  const { generationConfig } = model.checkpoint;
  await sink.write('config.json', config);
  if (generationConfig !== undefined) await sink.write('generation_config.json', generationConfig);
  const { rearranged } = exported.model;
  const restored = rearranged?.restored ?? false;
  await writeTokenizer(sink, model, { files, newTokens: restored ? [] : newTokens, tokenizerClass });
  if (rearranged) {
    const before = rearranged.from.tokenizer;
    const lists = restored
      ? replacedTokensFile(before, newTokens)
      : removedTokensFile(before, exported.model.tokenizer, rearranged);
    for (const [name, text] of Object.entries(lists)) await sink.write(name, text);
  }
  if (card) await sink.write('README.md', typeof card === 'string' ? card : modelCardText(card));
  for (const [name, text] of Object.entries(extras)) await sink.write(name, text);
}

/** The text that was read where nothing in it changes. */
function configToWrite(exported: ModelToExport): string {
  const { graft, dtype } = exported;
  const { model } = asWritten(exported);
  if (!graft && dtype === undefined) return model.checkpoint.configText;
  return configText(graftedConfig(model.checkpoint.config, planOf(exported), dtype));
}

export function planOf({ model, graft }: Pick<ModelToExport, 'model' | 'graft'>): GraftPlan {
  return graft?.plan ?? unchangedPlan(model.summary.embeddingRows);
}

/** The tensors of the written model, each a stream that begins anew whenever it is asked for. */
export async function tensorsToWrite(
  exported: Pick<ModelToExport, 'model' | 'graft' | 'session' | 'dtype'>,
): Promise<TensorToWrite[]> {
  const { model, graft, session, dtype } = exported;
  const plan = planAsWritten(model, planOf(exported));
  const vocabulary: VocabularyTensor[] = [];
  if (graft) {
    const input = matrixName(model, 'input');
    vocabulary.push({ name: input, newRows: await newRowsOf(input, graft.input, plan, session?.store) });
    if (graft.output) {
      const output = matrixName(model, 'output');
      vocabulary.push({ name: output, newRows: await newRowsOf(output, graft.output, plan, session?.store) });
    }
  }
  const head = headName(model.config);
  const staleHead = model.config.tied && model.checkpoint.tensors.has(head);
  return graftedTensors({
    tensors: model.checkpoint.tensors,
    plan,
    vocabulary,
    trained: session ? trainedRows(session) : new Map<string, TrainedRows>(),
    ...(staleHead ? { omit: [head] } : {}),
    ...(dtype === undefined ? {} : { dtype }),
  });
}

/** f32 [count, hiddenSize] as they are on the device now. */
export async function newRowsOf(
  matrix: string,
  initial: Float32Array,
  { firstNewId, count }: Pick<GraftPlan, 'firstNewId' | 'count'>,
  store: Weights | undefined,
): Promise<Float32Array> {
  return store ? deviceRows(store, matrix, firstNewId, firstNewId + count) : initial;
}

/** Readers of what training changed beside new rows, a few rows at a time; adapters are merged. */
function trainedRows(session: NonNullable<ModelToExport['session']>): Map<string, TrainedRows> {
  return new Map(session.changedTensors.map((tensor) => [tensor, (start, end) => session.rows(tensor, start, end)]));
}

function unchangedPlan(embeddingRows: number): GraftPlan {
  return planGraft({ embeddingRows, tokenizerLength: 0, firstNewId: embeddingRows, count: 0 });
}

/** Names, sizes and SHA-256 of the files as they lie there, beside what the verification found. */
export async function exportReport(
  tree: FileTree,
  form: ExportForm,
  verification: ExportReport['verification'],
): Promise<ExportReport> {
  const files: { name: string; bytes: number; sha256: string }[] = [];
  for (const name of tree.list()) {
    const { hex, bytes } = await sha256(sourcePieces(tree.open(name)!));
    files.push({ name, bytes, sha256: hex });
  }
  return { form, files, totalBytes: files.reduce((sum, file) => sum + file.bytes, 0), verification };
}

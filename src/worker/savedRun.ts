/**
 * The last run in the private file system: what was trained as raw f32, everything else as JSON, saved whole or not at
 * all. The base is not stored with it: the bundled one lies on the page's server, a folder's is copied once, when its
 * training starts.
 */
import { openRunStore, sourcePieces, type FileTree, type RunStore } from '../checkpoint/index';
import { LabError } from '../error';
import {
  openTokenizer,
  readPieces,
  recordLines,
  rowWidth,
  Training,
  writeRows,
  type Comparison,
  type CorpusSummary,
  type CorpusText,
  type LoadedModel,
  type RunRecord,
  type RunStatus,
  type SavedRun,
  type TakenFile,
  type Vocabulary,
  type VocabularySummary,
} from '../lab/index';
import type { TokenizerFiles } from '../tokenizer/index';

const runFolder = 'last-run';
/** Each kept base has a folder of its own, named by the run that needs it: a new run must not take an old one's away. */
const basePrefix = 'base-';
/** A base larger than this is not copied; its run can be reopened only together with its folder. */
const largestBase = 1 << 30;
const GGUF = /\.gguf$/i;

export interface RunToSave {
  readonly saved: Omit<SavedRun, 'savedAt' | 'bytes'>;
  readonly training: Training;
  readonly vocabulary: Vocabulary;
  readonly corpus: CorpusText;
  readonly sampleId: string | undefined;
  /** From `keepBase`. */
  readonly baseFolder: string | undefined;
  readonly records: readonly RunRecord[];
  readonly status: RunStatus;
}

interface Stored {
  readonly saved: Omit<SavedRun, 'savedAt' | 'bytes'>;
  readonly status: RunStatus;
  readonly vocabulary: VocabularySummary;
  readonly tokenizerFiles: TokenizerFiles;
  readonly sampleId?: string;
  readonly baseFolder?: string;
  readonly corpus: Pick<CorpusText, 'heldOut' | 'general' | 'summary'>;
  readonly comparison?: Comparison;
  /** Byte ranges in trained.bin, f32. */
  readonly trained: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

export async function saveRun(run: RunToSave): Promise<void> {
  const { training, vocabulary, corpus, records } = run;
  const { store, trained: rows } = training.session;
  const trained: Stored['trained'][number][] = [];
  let at = 0;
  for (const { name, shape } of rows) {
    const bytes = shape.reduce((product, size) => product * size, 4);
    trained.push({ name, start: at, end: (at += bytes) });
  }
  const weights = async function* (): AsyncGenerator<Uint8Array> {
    for (const row of rows) {
      for await (const values of readPieces(store, row)) {
        yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      }
    }
  };
  const stored: Stored = {
    saved: run.saved,
    status: run.status,
    vocabulary: vocabulary.summary,
    tokenizerFiles: vocabulary.files,
    ...(run.sampleId === undefined ? {} : { sampleId: run.sampleId }),
    ...(run.baseFolder === undefined ? {} : { baseFolder: run.baseFolder }),
    corpus: { heldOut: corpus.heldOut, general: corpus.general, summary: corpus.summary },
    trained,
  };
  const runs = await openRunStore();
  await runs.save(runFolder, {
    'run.json': JSON.stringify(stored),
    'run.jsonl': recordLines(records),
    'trained.bin': weights(),
  });
  await removeBases(runs, run.baseFolder);
}

async function removeBases(runs: RunStore, kept?: string): Promise<void> {
  for (const { name } of await runs.list()) {
    if (name.startsWith(basePrefix) && name !== kept) await runs.remove(name);
  }
}

/**
 * Copies the base of a run on a model that is not the page's own; answers the folder's name. Undefined where there is
 * nothing to keep, or no room: the run can be trained and downloaded all the same.
 */
export async function keepBase(model: LoadedModel, tree: FileTree): Promise<string | undefined> {
  if (model.summary.source === 'bundled' || model.summary.weightBytes > largestBase) return undefined;
  const files = Object.fromEntries(Object.entries(modelFiles(tree)).map(([name, { content }]) => [name, content()]));
  const name = `${basePrefix}${Date.now().toString(36)}`;
  try {
    await (await openRunStore()).save(name, files);
    return name;
  } catch {
    return undefined;
  }
}

/** The files of a folder that make a model; of a GGUF file, that one. */
export function modelFiles(
  tree: FileTree,
): Readonly<Record<string, { readonly size: number; content(): AsyncIterable<Uint8Array> }>> {
  const files: Record<string, { size: number; content(): AsyncIterable<Uint8Array> }> = {};
  const names = tree.list();
  const gguf = names.some((name) => name.endsWith('.safetensors')) ? undefined : names.find((name) => GGUF.test(name));
  for (const name of names) {
    const source = tree.open(name);
    if (!source) continue;
    const file = { size: source.size, content: () => sourcePieces(source) };
    if (name === gguf) files['model.gguf'] = file;
    else if (/^[\w-][\w.-]*\.(json|safetensors|txt|md|model|jinja)$/.test(name)) files[name] = file;
  }
  return files;
}

export async function savedRun(): Promise<SavedRun | null> {
  const store = await openRunStore();
  const folder = (await store.list()).find(({ name }) => name === runFolder);
  if (!folder) return null;
  const { stored } = await readStored();
  return { ...stored.saved, savedAt: folder.savedAt, bytes: folder.bytes };
}

export async function forgetRun(): Promise<void> {
  const store = await openRunStore();
  await store.remove(runFolder);
  await removeBases(store);
}

export async function savedBase(): Promise<FileTree> {
  const { stored } = await readStored();
  const tree = stored.baseFolder === undefined ? undefined : await (await openRunStore()).load(stored.baseFolder);
  if (tree) return tree;
  throw new LabError(
    'storage/no-base',
    'The model this run was trained on was not kept: it was too large for the browser.',
    'Open its folder in Model and train again, or use the download you saved.',
  );
}

export interface RestoredRun {
  readonly stored: Stored;
  readonly records: readonly RunRecord[];
  readonly vocabulary: Vocabulary;
  /** Puts the trained values onto the device. */
  restore(training: Training): Promise<void>;
}

export async function readRun(model: () => Promise<LoadedModel>): Promise<RestoredRun & { model: LoadedModel }> {
  const { stored, tree } = await readStored();
  const base = await model();
  const records = (await text(tree, 'run.jsonl'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunRecord);
  const { tokenizerFiles: files, vocabulary: summary } = stored;
  const vocabulary: Vocabulary = {
    tokenizer: openTokenizer({ name: stored.saved.title, tokenizerFiles: files }),
    files,
    newRows: summary.newTokens.map(({ id, pieces: replaced }) => ({ id, pieces: replaced.map((piece) => piece.id) })),
    summary,
  };
  const weights = tree.open('trained.bin')!;
  return {
    model: base,
    stored,
    records,
    vocabulary,
    restore: async ({ session }) => {
      for (const { name, start: from, end } of stored.trained) {
        const spec = session.store.spec(name);
        const { shape, firstRow = 0 } = spec;
        const rowBytes = 4 * rowWidth(spec);
        if (end - from !== rowBytes * (shape[0] ?? 1)) throw otherParameter(name);
        const at = (row: number): number => from + rowBytes * (row - firstRow);
        await writeRows(session.store, spec, (rows) => weights.read(at(rows.start), at(rows.end)));
      }
    },
  };
}

function otherParameter(parameter: string): LabError {
  return new LabError(
    'storage/other-parameters',
    `The saved run holds \`${parameter}\` in another size than this model has it.`,
    'Reopen it with the model and on the adapter that it was trained with, or train again.',
    { parameter },
  );
}

async function readStored(): Promise<{ stored: Stored; tree: FileTree }> {
  const tree = await (await openRunStore()).load(runFolder);
  if (!tree) throw new LabError('storage/no-run', 'No run is saved here.', 'Train one first.');
  const stored = JSON.parse(await text(tree, 'run.json')) as Stored;
  const { corpus } = stored;
  return { stored: { ...stored, corpus: { ...corpus, summary: withReading(corpus.summary) } }, tree };
}

/** What a file was taken for is not in runs that an earlier build of the page saved. */
function withReading(summary: CorpusSummary): CorpusSummary {
  const files = summary.files.map((file: Partial<TakenFile>) => ({ format: null, first: [], doubts: [], ...file }));
  const { entities = summary.documents } = summary as Partial<CorpusSummary>;
  return { ...summary, entities, files: files as readonly TakenFile[] };
}

async function text(tree: FileTree, name: string): Promise<string> {
  const source = tree.open(name);
  return source ? new TextDecoder().decode(await source.read(0, source.size)) : '';
}

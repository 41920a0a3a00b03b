/**
 * Is what was written the model that was trained? The written folder is opened like any other, loaded afresh onto the
 * device, and its logits are compared over held-out text. Trained values were rounded to the stored type when they were
 * written, so the trained model is rounded in the same way for the comparison (and put back): what may remain is the
 * order of sums in kernels, 1e-3 of the largest logit. What the rounding itself changed is reported beside it.
 */
import { fromF32, isWeightDtype, toF32, type FileTree, type TensorEntry, type WeightDtype } from '../checkpoint/index';
import type { Tokenizer } from '../tokenizer/index';
import { matrixName, type Graft } from './graftedRows';
import { greedyAgreement, largestDifference } from './logitDifference';
import { ModelSession } from './modelSession';
import { openModel, type LoadedModel } from './openModel';
import type { OnProgress } from './progress';
import type { ExportReport, TrainMode } from './results';

export interface ExportToVerify {
  readonly session: ModelSession;
  readonly tokenizer: Tokenizer;
  readonly mode: TrainMode | undefined;
  /** Some held-out text. */
  readonly text: string;
}

const comparedTokens = 96;
/** Of the largest logit. */
const allowedShare = 1e-3;

export async function verifyExport(
  tree: FileTree,
  { session, tokenizer, mode, text }: ExportToVerify,
  onProgress: OnProgress = () => undefined,
): Promise<ExportReport['verification']> {
  onProgress({ phase: 'verifying', done: 0, total: 3 });
  const reopened = await openModel(tree, 'folder');
  const limit = Math.min(comparedTokens, session.model.config.contextLength);
  const ids = reopened.tokenizer.encode(text.slice(0, 2000), { specialTokens: true }).ids.slice(0, limit);
  const expectedIds = tokenizer.encode(text.slice(0, 2000), { specialTokens: true }).ids.slice(0, limit);
  const trained = await session.logits(ids);
  const rounded = await withRounded(session, () => session.logits(ids));
  onProgress({ phase: 'verifying', done: 1, total: 3 });
  const fresh = await ModelSession.open(session.device, reopened);
  let written: Float32Array;
  try {
    written = await fresh.logits(ids);
  } finally {
    fresh.close();
  }
  onProgress({ phase: 'verifying', done: 2, total: 3 });
  const rows = await compareRows(session.model, reopened, session.graft);
  onProgress({ phase: 'verifying', done: 3, total: 3 });
  const largest = largestDifference(written, rounded);
  const allowed =
    allowedShare *
    Math.max(
      1,
      rounded.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    );
  const sameIds = ids.length === expectedIds.length && ids.every((id, at) => id === expectedIds[at]);
  const untouched = mode === 'new-rows' || mode === undefined ? rows.untouchedRows === rows.oldRows : true;
  return {
    largestLogitDifference: largest,
    allowed,
    roundingLogitDifference: largestDifference(rounded, trained),
    tokensCompared: ids.length,
    greedyAgreement: greedyAgreement(written, trained, ids.length),
    untouchedRows: rows.untouchedRows,
    movedNewRows: rows.movedNewRows,
    passed: largest <= allowed && sameIds && untouched,
  };
}

/** Runs `use` with every f32 parameter on the device rounded to the type its tensor is stored in. */
async function withRounded<T>(session: ModelSession, use: () => Promise<T>): Promise<T> {
  const kept = new Map<string, Float32Array>();
  for (const { name, type } of session.store.specs.values()) {
    const dtype = session.model.checkpoint.tensors.get(name.split('#')[0]!)?.dtype;
    if (type !== 'f32' || !dtype || !isWeightDtype(dtype) || dtype === 'F32') continue;
    const values = await session.store.readF32(name);
    kept.set(name, values);
    session.store.write(name, roundedTo(values, dtype));
  }
  try {
    return await use();
  } finally {
    for (const [name, values] of kept) session.store.write(name, values);
  }
}

function roundedTo(values: Float32Array, dtype: WeightDtype): Float32Array {
  return toF32(fromF32(values, dtype), dtype);
}

/** Old rows that are equal to the bit, and new rows that are no longer what they started as. */
async function compareRows(
  source: LoadedModel,
  reopened: LoadedModel,
  graft: Graft | undefined,
): Promise<{ oldRows: number; untouchedRows: number; movedNewRows: number }> {
  const matrix = matrixName(source, 'input');
  const before = source.checkpoint.tensors.get(matrix)!;
  const after = reopened.checkpoint.tensors.get(matrix)!;
  const firstNew = graft?.plan.firstNewId ?? before.shape[0]!;
  const endNew = firstNew + (graft?.plan.count ?? 0);
  const width = source.config.hiddenSize;
  let [oldRows, untouchedRows, movedNewRows] = [0, 0, 0];
  for (let start = 0; start < after.shape[0]!; start += rowsAtOnce) {
    const end = Math.min(after.shape[0]!, start + rowsAtOnce);
    const written = await after.read({ start, end });
    const original = await rowsBefore(before, graft, start, end, width);
    const rowBytes = written.length / (end - start);
    for (let id = start; id < end; id++) {
      const from = (id - start) * rowBytes;
      const same = equalBytes(written.subarray(from, from + rowBytes), original.subarray(from, from + rowBytes));
      if (id >= firstNew && id < endNew) movedNewRows += same ? 0 : 1;
      else {
        oldRows++;
        untouchedRows += same ? 1 : 0;
      }
    }
  }
  return { oldRows, untouchedRows, movedNewRows };
}

const rowsAtOnce = 2048;

/** The rows' stored bytes before training: those of the source, and for new ids the initial rows, rounded. */
async function rowsBefore(
  before: TensorEntry,
  graft: Graft | undefined,
  start: number,
  end: number,
  width: number,
): Promise<Uint8Array> {
  const stored = Math.min(end, before.shape[0]!);
  const old = start < stored ? await before.read({ start, end: stored }) : new Uint8Array(0);
  const rowBytes = before.bytes / before.shape[0]!;
  const rows = new Uint8Array((end - start) * rowBytes);
  rows.set(old);
  if (graft) {
    const { firstNewId, count } = graft.plan;
    const from = Math.max(start, firstNewId);
    const to = Math.min(end, firstNewId + count);
    if (from < to) {
      const initial = graft.input.subarray((from - firstNewId) * width, (to - firstNewId) * width);
      rows.set(fromF32(initial, before.dtype as WeightDtype), (from - start) * rowBytes);
    }
  }
  return rows;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

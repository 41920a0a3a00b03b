/**
 * Is what was written the model that was trained? The written folder is opened like any other, loaded afresh onto the
 * device, and its logits are compared over held-out text. Values were rounded to the stored type when they were
 * written, so the trained model is rounded in the same way for the comparison: its values are copied over those that were
 * read from the file, piece by piece; frozen ones that were rounded while it trained are the checkpoint's. What may remain is
 * 1e-3 of the largest logit; what rounding itself changed, in the file or while it trained, is reported beside it.
 */
import {
  bytesPerElement,
  fromF32,
  rowChunks,
  toF32,
  type FileTree,
  type RowRange,
  type RowReader,
  type TensorEntry,
  type WeightDtype,
} from '../../checkpoint/index';
import type { Tokenizer } from '../../tokenizer/index';
import { matrixName, type Graft } from '../device/graftedRows';
import { greedyAgreement, largestDifference } from '../running/logitDifference';
import { ModelSession } from '../device/modelSession';
import { writeRows } from '../device/rowPieces';
import { openModel, type LoadedModel } from '../open/openModel';
import type { OnProgress } from '../progress';
import { parameterSpecs } from '../../model/index';
import { asInLab } from './asWritten';
import type { ExportReport } from './exportChoice';
import type { FileRounding } from './proveGguf';
import type { TrainMode } from '../training/trainSettings';

export interface ExportToVerify {
  readonly session: ModelSession;
  readonly tokenizer: Tokenizer;
  readonly mode: TrainMode | undefined;
  /** Some held-out text. */
  readonly text: string;
  /** What the file makes of values, where the type that its tensors are read in does not say it. */
  readonly rounding?: FileRounding;
}

const comparedTokens = 96;
/** Three arrays of logits stand beside each other: large vocabularies are compared on fewer tokens. */
const comparedLogits = 4e6;
/** Of the largest logit. */
const allowedShare = 1e-3;

export async function verifyExport(
  tree: FileTree,
  { session, tokenizer, mode, text, rounding }: ExportToVerify,
  onProgress: OnProgress = () => undefined,
): Promise<ExportReport['verification']> {
  onProgress({ phase: 'verifying', done: 0, total: 3 });
  const reopened = asInLab(session.model, await openModel(tree, 'folder'));
  const { vocabSize } = reopened.config;
  const limit = Math.min(comparedTokens, session.model.config.contextLength, Math.ceil(comparedLogits / vocabSize));
  const ids = reopened.tokenizer.encode(text.slice(0, 2000), { specialTokens: true }).ids.slice(0, limit);
  const expectedIds = tokenizer.encode(text.slice(0, 2000), { specialTokens: true }).ids.slice(0, limit);
  const trained = await session.logits(ids);
  onProgress({ phase: 'verifying', done: 1, total: 3 });
  const fresh = await ModelSession.open(session.engine, reopened);
  let written: Float32Array;
  let expected: Float32Array;
  try {
    written = await fresh.logits(ids);
    await putRounded(fresh, session, rounding);
    expected = await fresh.logits(ids);
  } finally {
    fresh.close();
  }
  onProgress({ phase: 'verifying', done: 2, total: 3 });
  const rows = await compareRows(session.model, reopened, session.graft, rounding);
  onProgress({ phase: 'verifying', done: 3, total: 3 });
  const largest = largestDifference(written, expected);
  const allowed =
    allowedShare *
    Math.max(
      1,
      expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    );
  const sameIds = ids.length === expectedIds.length && ids.every((id, at) => id === expectedIds[at]);
  const movesOldRows = mode === 'embeddings' || mode === 'all';
  const untouched = movesOldRows || rows.untouchedRows === rows.oldRows;
  return {
    largestLogitDifference: largest,
    allowed,
    roundingLogitDifference: largestDifference(expected, trained),
    tokensCompared: ids.length,
    greedyAgreement: greedyAgreement(written, trained, ids.length),
    untouchedRows: rows.untouchedRows,
    movedNewRows: rows.movedNewRows,
    passed: largest <= allowed && sameIds && untouched,
  };
}

/**
 * Gives every parameter of `fresh` the value it has on `trained`'s device memory, rounded as the file stores it. The two
 * may cut the vocabulary and keep types differently, and call a head differently; rows are what they share.
 */
async function putRounded(fresh: ModelSession, trained: ModelSession, rounding?: FileRounding): Promise<void> {
  const ours = parameterSpecs(trained.model.config).map(({ name }) => name);
  const source = new Map(parameterSpecs(fresh.model.config).map(({ name }, at) => [name, ours[at]!]));
  for (const row of fresh.graphs.parameters) {
    const tensor = source.get(row.tensor)!;
    const dtype = fresh.model.checkpoint.tensors.get(row.tensor)!.dtype as WeightDtype;
    const read: RowReader = ({ start, end }) => trained.rows(tensor, start, end);
    await writeRows(fresh.store, row, async (range) => {
      const values = rounding ? await rounding(tensor, range, read) : await read(range);
      // Held as it is in the file, or as f32.
      return dtype === 'F32' ? values : toF32(fromF32(values, dtype), dtype);
    });
  }
}

/** Old rows that are equal to the bit, and new rows that are no longer what they started as. */
async function compareRows(
  source: LoadedModel,
  reopened: LoadedModel,
  graft: Graft | undefined,
  rounding: FileRounding | undefined,
): Promise<{ oldRows: number; untouchedRows: number; movedNewRows: number }> {
  const matrix = matrixName(source, 'input');
  const before = source.checkpoint.tensors.get(matrix)!;
  const after = reopened.checkpoint.tensors.get(matrixName(reopened, 'input'))!;
  const firstNew = graft?.plan.firstNewId ?? before.shape[0]!;
  const endNew = firstNew + (graft?.plan.count ?? 0);
  const width = source.config.hiddenSize;
  const dtype = after.dtype as WeightDtype;
  let [oldRows, untouchedRows, movedNewRows] = [0, 0, 0];
  for (const { start, end } of rowChunks(after.shape[0]!, 4 * width)) {
    const written = await after.read({ start, end });
    const original = await rowsBefore(before, graft, { start, end }, { width, dtype, rounding });
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

interface StoredAs {
  readonly width: number;
  readonly dtype: WeightDtype;
  readonly rounding: FileRounding | undefined;
}

/** What the rows would be in the file without training: those of the source, and for new ids the initial rows, rounded. */
async function rowsBefore(
  before: TensorEntry,
  graft: Graft | undefined,
  { start, end }: RowRange,
  { width, dtype, rounding }: StoredAs,
): Promise<Uint8Array> {
  const stored = { start, end: Math.min(end, before.shape[0]!) };
  const rowBytes = width * bytesPerElement(dtype);
  const rows = new Uint8Array((end - start) * rowBytes);
  const asWritten = async (range: RowRange, read: RowReader) =>
    fromF32(rounding ? await rounding(before.name, range, read) : await read(range), dtype);
  if (stored.start < stored.end) {
    // The very bytes where the type is kept: widening and narrowing would lose the payload of a NaN.
    const isKept = before.dtype === dtype && !rounding;
    rows.set(isKept ? await before.read(stored) : await asWritten(stored, (range) => before.readF32(range)));
  }
  if (graft) {
    const { firstNewId, count } = graft.plan;
    const range = { start: Math.max(start, firstNewId), end: Math.min(end, firstNewId + count) };
    const initial: RowReader = (part) =>
      graft.input.subarray((part.start - firstNewId) * width, (part.end - firstNewId) * width);
    if (range.start < range.end) rows.set(await asWritten(range, initial), (range.start - start) * rowBytes);
  }
  return rows;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

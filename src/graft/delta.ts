/**
 * The delta format: only the rows of new ids, for people who share grafts. A safetensors file with `ids` I64 [count],
 * `input_rows` and, where the head is untied, `output_rows` [count, hiddenSize] in the base's own type; its metadata names
 * the base and holds SHA-256 fingerprints of the base's vocabulary matrices and tokenizer. Base and delta together are
 * the full export to the bit.
 */
import {
  tensorOf,
  type HeaderTensor,
  type TensorEntry,
  type TensorToWrite,
  type WeightDtype,
} from '../checkpoint/index';
import { LabError } from '../error';
import { planGraft, type GraftPlan } from './plan';

export const DELTA_FILE = 'delta.safetensors';
export const DELTA_VERSION = '1';
/** More is no vocabulary extension but a damaged or hostile file. */
const MOST_NEW_IDS = 1_000_000;

/** What a base must be for a delta to fit. */
export interface BaseFingerprint {
  readonly tied: boolean;
  readonly inputTensor: string;
  /** Untied models only, like `outputSha256`. */
  readonly outputTensor?: string;
  readonly dtype: WeightDtype;
  readonly embeddingRows: number;
  readonly hiddenSize: number;
  /** Of type, shape and stored bytes of the matrix. */
  readonly inputSha256: string;
  readonly outputSha256?: string;
  /** Of tokenizer.json without its whitespace. */
  readonly tokenizerSha256: string;
}

export interface DeltaHeading {
  readonly baseName: string;
  readonly base: BaseFingerprint;
  readonly firstNewId: number;
  readonly count: number;
}

export function deltaMetadata({ baseName, base, firstNewId, count }: DeltaHeading): Record<string, string> {
  return {
    format: 'pt',
    tokengraft_delta: DELTA_VERSION,
    base_model: baseName,
    first_new_id: String(firstNewId),
    new_ids: String(count),
    base_embedding_rows: String(base.embeddingRows),
    hidden_size: String(base.hiddenSize),
    dtype: base.dtype,
    tied: String(base.tied),
    input_tensor: base.inputTensor,
    base_input_sha256: base.inputSha256,
    ...(base.outputTensor === undefined ? {} : { output_tensor: base.outputTensor }),
    ...(base.outputSha256 === undefined ? {} : { base_output_sha256: base.outputSha256 }),
    base_tokenizer_sha256: base.tokenizerSha256,
  };
}

/** @param rows stored bytes of the new rows, in the base's type and in the order of ids. */
export function deltaTensors(
  { base, firstNewId, count }: DeltaHeading,
  rows: { readonly input: Uint8Array; readonly output?: Uint8Array },
): TensorToWrite[] {
  const ids = BigInt64Array.from({ length: count }, (_, index) => BigInt(firstNewId + index));
  const shape = [count, base.hiddenSize];
  return [
    tensorOf('ids', 'I64', [count], ids),
    tensorOf('input_rows', base.dtype, shape, rows.input),
    ...(rows.output ? [tensorOf('output_rows', base.dtype, shape, rows.output)] : []),
  ];
}

/** Throws `graft/delta-format` (not ours, or of a later version) or `graft/delta-damaged`. */
export function readDeltaMetadata(
  metadata: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, Pick<HeaderTensor, 'dtype' | 'shape'>>,
): DeltaHeading {
  const version = metadata.tokengraft_delta;
  if (version !== DELTA_VERSION) {
    throw new LabError(
      'graft/delta-format',
      version === undefined
        ? `\`${DELTA_FILE}\` is no delta of Tokengraft.`
        : `\`${DELTA_FILE}\` is of version ${version.slice(0, 20)}; version ${DELTA_VERSION} is read.`,
      'Ask for the full model, or use a version of the lab that wrote this.',
      { expected: DELTA_VERSION, found: version },
    );
  }
  const text = (key: string): string => metadata[key] ?? damaged(`its metadata lacks \`${key}\``);
  const whole = (key: string, most: number): number => {
    const value = text(key);
    if (/^\d{1,15}$/.test(value) && Number(value) <= most) return Number(value);
    return damaged(`\`${key}\` is ${JSON.stringify(value.slice(0, 40))}`);
  };
  const sha256 = (key: string): string => {
    const value = text(key);
    return /^[0-9a-f]{64}$/.test(value) ? value : damaged(`\`${key}\` is no SHA-256`);
  };
  const tied = text('tied') === 'true';
  const dtype = text('dtype');
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') damaged(`its rows are ${dtype.slice(0, 20)}`);
  const count = whole('new_ids', MOST_NEW_IDS);
  const base: BaseFingerprint = {
    tied,
    dtype: dtype as WeightDtype,
    inputTensor: text('input_tensor'),
    inputSha256: sha256('base_input_sha256'),
    ...(tied ? {} : { outputTensor: text('output_tensor'), outputSha256: sha256('base_output_sha256') }),
    embeddingRows: whole('base_embedding_rows', Number.MAX_SAFE_INTEGER),
    hiddenSize: whole('hidden_size', 1_000_000),
    tokenizerSha256: sha256('base_tokenizer_sha256'),
  };
  const expected: Record<string, [string, readonly number[]]> = {
    ids: ['I64', [count]],
    input_rows: [base.dtype, [count, base.hiddenSize]],
    ...(tied ? {} : { output_rows: [base.dtype, [count, base.hiddenSize]] }),
  };
  for (const [name, [type, shape]] of Object.entries(expected)) {
    const found = tensors.get(name);
    if (found?.dtype !== type || found.shape.join() !== shape.join()) {
      damaged(`\`${name}\` should be ${type} [${shape.join(', ')}]`);
    }
  }
  if (count === 0) damaged('it holds no rows');
  return { baseName: text('base_model'), base, firstNewId: whole('first_new_id', base.embeddingRows), count };
}

/** The tensor lists the ids that its metadata tells. Throws `graft/delta-damaged`. */
export function checkDeltaIds(ids: Uint8Array, { firstNewId, count }: DeltaHeading): void {
  const view = new DataView(ids.buffer, ids.byteOffset, ids.byteLength);
  for (let index = 0; index < count; index++) {
    if (view.getBigInt64(8 * index, true) !== BigInt(firstNewId + index)) {
      damaged(`id ${index} is ${view.getBigInt64(8 * index, true)}, not ${firstNewId + index}`);
    }
  }
}

export function deltaPlan({ base, firstNewId, count }: DeltaHeading, tokenizerLength: number): GraftPlan {
  return planGraft({ embeddingRows: base.embeddingRows, tokenizerLength, firstNewId, count });
}

/** A vocabulary matrix whose new ids lie in a tensor of their own, read as if it were one. */
export function graftedEntry(entry: TensorEntry, plan: GraftPlan, newRows: TensorEntry): TensorEntry {
  const [rows = 0, ...rest] = entry.shape;
  const rowBytes = entry.bytes / Math.max(1, rows);
  const pieces = plan.segments.map(({ kind, firstId, rows: count }) => ({
    firstId,
    end: firstId + count,
    // New rows are counted from the first new id.
    from: kind === 'old' ? entry : newRows,
    offset: kind === 'old' ? 0 : plan.firstNewId,
  }));
  const join = async <Values extends Uint8Array | Float32Array>(
    joined: Values,
    width: number,
    { start, end }: { readonly start: number; readonly end: number },
    read: (from: TensorEntry, range: { start: number; end: number }) => Promise<Values>,
  ): Promise<Values> => {
    for (const { firstId, end: last, from, offset } of pieces) {
      const first = Math.max(start, firstId);
      const until = Math.min(end, last);
      if (first >= until) continue;
      joined.set(await read(from, { start: first - offset, end: until - offset }), (first - start) * width);
    }
    return joined;
  };
  const all = { start: 0, end: plan.newEmbeddingRows };
  return {
    name: entry.name,
    dtype: entry.dtype,
    shape: [plan.newEmbeddingRows, ...rest],
    file: entry.file,
    bytes: plan.newEmbeddingRows * rowBytes,
    read: (range = all, signal) =>
      join(new Uint8Array((range.end - range.start) * rowBytes), rowBytes, range, (from, part) =>
        from.read(part, signal),
      ),
    readF32: (range = all, signal) => {
      const width = rest.reduce((product, size) => product * size, 1);
      const values = new Float32Array((range.end - range.start) * width);
      return join(values, width, range, (from, part) => from.readF32(part, signal));
    },
  };
}

function damaged(why: string): never {
  throw new LabError('graft/delta-damaged', `\`${DELTA_FILE}\` is damaged: ${why}.`, 'Fetch the delta again.');
}

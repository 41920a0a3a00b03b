/**
 * Token Distillation (Dobler et al. 2025): a new token's row learns to leave the model in the state in which the token's old pieces
 * leave it. Teacher and pupil are the same weights; the pupil reads the new cut, the teacher the old one, and wherever both have read
 * the same text, from the first new token of a passage on, their hidden states are compared.
 */
import { emptyPair, jointsOf, packPairs, utf8Length, type PairedRow, type TwoCuts } from '../../corpus/index';
import { breathe } from '../../breathe';
import { ignoredTarget, type Inputs } from '../../engine/index';
import { countTargets, modelInputs, teacherPrefix, type ModelConfig, type Taught } from '../../model/index';
import type { Encoding, Tokenizer } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import type { Watch } from '../progress';
import { grouped, type BatchShape } from './batches';
import { isTaughtBy } from './objectives/index';
import type { Stage } from './recipe';
import type { MicroBatch, StepBatch } from './runParts';
import { noTokens } from './trainingText';

/** What the graph of a stage is told; undefined where nothing is taught. */
export function taughtOf(
  stage: Partial<Pick<Stage, 'objective' | 'distillation'>>,
  { layers }: Pick<ModelConfig, 'layers'>,
): Taught | undefined {
  if (!isTaughtBy(stage)) return undefined;
  return { layer: stage.distillation?.layer ?? layers, nextToken: nextTokenOf(stage) > 0 };
}

export function nextTokenOf({ distillation }: Pick<Stage, 'distillation'>): number {
  return distillation?.nextToken ?? 0;
}

interface Ends {
  readonly startId: number | null;
  readonly endId: number | null;
}

export interface TextInTwoCuts {
  readonly documents: readonly TwoCuts[];
  /** UTF-8 bytes. */
  readonly bytes: number;
}

const breathEvery = 20;

/** @param pupil cuts new tokens, @param teacher their pieces. */
export async function cutTwice(
  texts: readonly string[],
  pupil: Tokenizer,
  teacher: Tokenizer,
  ends: Ends,
  { onProgress, signal }: Watch = {},
): Promise<TextInTwoCuts> {
  const known = new Map<string, TwoCuts>();
  const documents: TwoCuts[] = [];
  let [bytes, breathed] = [0, performance.now()];
  for (const [at, text] of texts.entries()) {
    const found = known.get(text) ?? framed(pupil.encode(text), teacher.encode(text), ends);
    known.set(text, found);
    if (found.joints.length > 1) documents.push(found);
    bytes += utf8Length(text);
    if (performance.now() - breathed < breathEvery) continue;
    onProgress?.({ phase: 'tokenizing', done: at + 1, total: texts.length });
    await breathe();
    breathed = performance.now();
    throwIfCancelled(signal);
  }
  if (documents.length === 0) throw noTokens(texts.length);
  return { documents, bytes };
}

/** Start and end stand in both cuts, so both meet there. */
function framed(pupil: Encoding, teacher: Encoding, { startId, endId }: Ends): TwoCuts {
  const inner = jointsOf(pupil, teacher);
  const head = startId === null ? [] : [startId];
  const [last, otherLast] = inner.at(-1)!;
  const isWhole = last === pupil.ids.length && otherLast === teacher.ids.length;
  const tail = endId === null || !isWhole ? [] : [endId];
  const shifted = inner.map(([ids, other]): [number, number] => [ids + head.length, other + head.length]);
  return {
    ids: Uint32Array.from([...head, ...pupil.ids.subarray(0, last), ...tail]),
    other: Uint32Array.from([...head, ...teacher.ids.subarray(0, otherLast), ...tail]),
    joints: [
      ...(head.length > 0 ? [[0, 0] as const] : []),
      ...shifted,
      ...(tail.length > 0 ? [[last + head.length + 1, otherLast + head.length + 1] as const] : []),
    ],
  };
}

/** Rows that these documents fill. */
export function rowsOf(documents: readonly TwoCuts[], rowLength: number): number {
  let rows = 0;
  for (const _ of packPairs(documents, rowLength)) rows++;
  return rows;
}

export interface Lesson {
  readonly nextToken: number;
  isNew(id: number): boolean;
}

/** These documents in this order, once. @param skip batches left out. */
export function* taughtBatches(
  documents: readonly TwoCuts[],
  { batchRows, rowLength, microBatchRows }: BatchShape,
  bytesOf: Uint16Array,
  lesson: Lesson,
  skip = 0,
): Generator<StepBatch, void> {
  const rows = packPairs(documents, rowLength);
  for (const batch of grouped(rows, batchRows, () => emptyPair(rowLength), skip)) {
    yield stepBatch(batch, microBatchRows, bytesOf, lesson);
  }
}

function stepBatch(rows: readonly PairedRow[], microRows: number, bytesOf: Uint16Array, lesson: Lesson): StepBatch {
  const rowLength = rows[0]!.ids.length;
  const micro = Array.from({ length: rows.length / microRows }, (_, at) =>
    rows.slice(at * microRows, (at + 1) * microRows),
  );
  const taught = rows.map((row) => taughtPartners(row, lesson.isNew));
  const taughtTokens = taught.map((partners) => partners.reduce((count, at) => count + (at < 0 ? 0 : 1), 0));
  const allTaught = taughtTokens.reduce((sum, count) => sum + count, 0);
  const tokens = rows.reduce((sum, { targets }) => sum + countTargets(targets), 0);
  let bytes = 0;
  for (const { targets } of rows) for (const id of targets) if (id !== ignoredTarget) bytes += bytesOf[id] ?? 0;
  const weight = allTaught > 0 ? (1 - lesson.nextToken) / allTaught : 0;
  const microBatches = micro.map((some, at): MicroBatch => {
    const from = at * microRows;
    const [ids, targets] = [joined(some.map((row) => row.ids)), joined(some.map((row) => row.targets))];
    const documentLengths = some.flatMap((row) => row.documentLengths);
    const inputs: Inputs = {
      ...modelInputs({ ids, targets, rowLength, documentLengths, targetCount: tokens / (lesson.nextToken || 1) }),
      ...teacherInputs(some, taught.slice(from, from + microRows), weight),
    };
    const count = taughtTokens.slice(from, from + microRows).reduce((sum, one) => sum + one, 0);
    return { ids, targets, taughtTokens: count, inputs };
  });
  return { microBatches, tokens, bytes };
}

function teacherInputs(rows: readonly PairedRow[], taught: readonly Int32Array[], weight: number): Inputs {
  const rowLength = rows[0]!.ids.length;
  const ids = joined(rows.map(({ other }) => other.ids));
  const documentLengths = rows.flatMap(({ other }) => other.documentLengths);
  const states = new Uint32Array(ids.length);
  const weights = new Float32Array(ids.length);
  for (const [row, partners] of taught.entries()) {
    for (const [at, partner] of partners.entries()) {
      if (partner < 0) continue;
      states[row * rowLength + at] = row * rowLength + partner;
      weights[row * rowLength + at] = weight;
    }
  }
  const own = { ...modelInputs({ ids, rowLength, documentLengths }), states, weights };
  return Object.fromEntries(Object.entries(own).map(([name, values]) => [`${teacherPrefix}${name}`, values]));
}

/** Before the first new token of a passage both have read the same, and there is nothing to learn. */
function taughtPartners({ ids, documentLengths, partners }: PairedRow, isNew: Lesson['isNew']): Int32Array {
  const taught = partners.slice();
  let start = 0;
  for (const length of documentLengths) {
    for (let at = start; at < start + length && !isNew(ids[at]!); at++) taught[at] = -1;
    start += length;
  }
  return taught;
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  return Uint32Array.from(parts.flatMap((part) => [...part]));
}

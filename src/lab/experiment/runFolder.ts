/**
 * What an experiment keeps, the same in the private file system and on disk:
 *
 *     experiment.json                       the specification, with the fingerprints of what was opened
 *     references.json                       what any figure is read against (references.ts)
 *     <arm>/<seed>/status.json              what is there, and of which generation; written last
 *     <arm>/<seed>/<generation>/…           loop.json, moments.bin, weights.bin, run.jsonl; when it is finished scores.json
 *
 * A save writes a fresh generation, then the one file that names it: whatever dies in between, the old save or the new one is
 * whole. Folders of several machines put together are one experiment; each status says what it was made of.
 */
import { damaged, readTextFile, type DurableFolder } from '../../checkpoint/index';
import { LabError } from '../../error';
import type { StepChoice, StepCut } from '../device/stepCut';
import type { StepPrecision } from '../device/stepPrecision';
import type { ArmScores } from '../scoring/compare';
import type { Exposure } from '../scoring/usefulLength';
import type { ArmCheckpoint, WatchedText } from '../training/armTraining';
import type { LoopState } from '../training/trainRun';
import type { RunRecord } from '../training/records';
import { armFolder } from './spec';

export interface RunKey {
  readonly arm: string;
  readonly seed: number;
}

export function isSameRun(one: RunKey, other: RunKey): boolean {
  return one.arm === other.arm && one.seed === other.seed;
}

export type ArmRunState = 'running' | 'finished' | 'diverged' | 'failed';

export interface CurvePointOfRun {
  readonly step: number;
  /** UTF-8 bytes of training text, and FLOPs of the steps (stepFlops.ts), until then. */
  readonly bytes: number;
  readonly flops: number;
  readonly bitsPerByte: number | null;
  /** Of each document of the `watched` text; absent in runs that an earlier build saved. */
  readonly documentNats?: readonly number[];
  /** Of held-out answers; absent without instructions, and in runs that an earlier build saved. */
  readonly answerBitsPerByte?: number | null;
}

export interface RunFacts {
  readonly state: ArmRunState;
  readonly step: number;
  readonly steps: number;
  /** UTF-8 bytes of training text, and targets, read so far. */
  readonly bytes: number;
  readonly tokens: number;
  /** Of all steps; evaluations and saving are not in it. */
  readonly trainingSeconds: number;
  /** Evaluations so far, on the held-out text that the run is watched by. */
  readonly curve: readonly CurvePointOfRun[];
  /** The documents of that text; absent before the first evaluation, and in runs that an earlier build saved. */
  readonly watched?: WatchedText;
  /** What computed, in words. */
  readonly engine: string;
  readonly newTokens: number;
  /** Of the new tokens in what was read; absent of arms without any, and of runs that an earlier build saved. */
  readonly exposure?: Exposure;
  /** How the last stage's steps are cut; absent before one began, and of runs that an earlier build saved. */
  readonly cut?: StepCut;
  /** Where f16 was asked for: what the steps multiply in. */
  readonly precision?: StepPrecision;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

export interface RunStatusFile extends RunKey, RunFacts {
  readonly version: 1;
  /** Of everything that its numbers depend on. */
  readonly fingerprint: string;
  readonly savedAt: string;
  readonly generation: string;
  readonly files: Readonly<Record<string, number>>;
}

interface Placed {
  readonly name: string;
  readonly bytes: number;
}

interface LoopFile {
  readonly stage: number;
  readonly cut?: StepChoice;
  readonly precision?: StepPrecision;
  readonly loop: Omit<LoopState, 'records'>;
  readonly weights: readonly Placed[];
  readonly moments: readonly Placed[];
}

export function runPath({ arm, seed }: RunKey): string {
  return `${armFolder(arm)}/${seed}`;
}

/** Undefined where nothing was saved. Throws `storage/damaged`. */
export async function readStatus(folder: DurableFolder, key: RunKey): Promise<RunStatusFile | undefined> {
  const path = `${runPath(key)}/status.json`;
  const text = await readTextFile(folder, path);
  if (text === undefined) return undefined;
  const status = parsed<Partial<RunStatusFile>>(text, path);
  if (!isStatus(status) || !isSameRun(status, key)) throw unreadable(path, 'is not the status of that run');
  for (const [name, bytes] of Object.entries(status.files)) {
    const file = `${runPath(key)}/${status.generation}/${name}`;
    const size = (await folder.open(file))?.size;
    if (size !== bytes) throw damaged(folder, file, size, bytes);
  }
  return { ...status, curve: status.curve ?? [] };
}

function isStatus(value: Partial<RunStatusFile>): value is RunStatusFile {
  const { version, fingerprint, generation, files } = value;
  if (version !== 1 || typeof fingerprint !== 'string' || !/^[\w-]+$/.test(String(generation))) return false;
  return typeof files === 'object' && Object.values(files ?? {}).every((bytes) => Number.isSafeInteger(bytes));
}

export interface RunToSave {
  readonly key: RunKey;
  readonly fingerprint: string;
  readonly facts: RunFacts;
  readonly records: readonly RunRecord[];
  readonly checkpoint?: ArmCheckpoint;
  /** Of a finished run, which needs its moments no more. */
  readonly scores?: ArmScores;
}

export async function saveRun(folder: DurableFolder, run: RunToSave): Promise<RunStatusFile> {
  const { key, checkpoint, scores, fingerprint, facts, records } = run;
  const base = runPath(key);
  const generation = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const files: Record<string, number> = {};
  const write = async (name: string, parts: readonly Uint8Array[] | string) => {
    const content = typeof parts === 'string' ? new TextEncoder().encode(parts) : parts;
    files[name] = content instanceof Uint8Array ? content.length : content.reduce((sum, part) => sum + part.length, 0);
    await folder.write(`${base}/${generation}/${name}`, content instanceof Uint8Array ? content : inTurn(content));
  };
  try {
    await write('run.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    if (checkpoint) {
      const { stage, cut, precision, loop, weights, moments } = checkpoint;
      const kept = scores ? {} : moments;
      await write('weights.bin', Object.values(weights));
      if (!scores) await write('moments.bin', Object.values(kept));
      const { records: _, ...state } = loop;
      await write(
        'loop.json',
        JSON.stringify({
          ...{ stage, ...(cut ? { cut } : {}), ...(precision ? { precision } : {}), loop: state },
          ...{ weights: placed(weights), moments: placed(kept) },
        } satisfies LoopFile),
      );
    }
    if (scores) await write('scores.json', JSON.stringify(scores));
    const status = {
      version: 1,
      ...key,
      ...facts,
      fingerprint,
      savedAt: new Date().toISOString(),
      generation,
      files,
    } as const;
    await folder.write(`${base}/status.json`, `${JSON.stringify(status, null, 2)}\n`);
    await sweep(folder, status);
    return status;
  } catch (cause) {
    // Makes room on a full disk; but a status that was written all the same has the last word.
    const isKept = (await readTextFile(folder, `${base}/status.json`).catch(() => generation))?.includes(generation);
    if (!isKept) await folder.remove(`${base}/${generation}`).catch(() => undefined);
    throw cause;
  }
}

/** Takes away what no status names: a save that was cut off, or one that has been replaced. What stays is in nobody's way. */
export async function sweep(folder: DurableFolder, status: RunStatusFile): Promise<void> {
  const base = runPath(status);
  for (const other of await folder.folders(base)) {
    if (other !== status.generation) await folder.remove(`${base}/${other}`).catch(() => undefined);
  }
}

/** What `saveRun` kept, to go on from. */
export async function readCheckpoint(folder: DurableFolder, status: RunStatusFile): Promise<ArmCheckpoint> {
  const path = `${runPath(status)}/${status.generation}/loop.json`;
  const { stage, cut, precision, loop, weights, moments } = parsed<Partial<LoopFile>>(
    await fileText(folder, status, 'loop.json'),
    path,
  );
  if (stage === undefined || !loop || !weights || !moments) throw unreadable(path, 'is not the state of a run');
  return {
    stage,
    ...(cut ? { cut } : {}),
    ...(precision ? { precision } : {}),
    loop: { ...loop, records: await readRecords(folder, status) },
    weights: await readPlaced(folder, status, 'weights.bin', weights),
    moments: moments.length > 0 ? await readPlaced(folder, status, 'moments.bin', moments) : {},
  };
}

export async function readRecords(folder: DurableFolder, status: RunStatusFile): Promise<RunRecord[]> {
  const path = `${runPath(status)}/${status.generation}/run.jsonl`;
  const lines = (await fileText(folder, status, 'run.jsonl')).split('\n');
  return lines.filter((line) => line !== '').map((line) => parsed<RunRecord>(line, path));
}

/** Undefined where nothing was saved. */
export async function readRecordsOf(folder: DurableFolder, key: RunKey): Promise<RunRecord[] | undefined> {
  const status = await readStatus(folder, key);
  return status && readRecords(folder, status);
}

/** Of a finished run. */
export async function readScores(folder: DurableFolder, status: RunStatusFile): Promise<ArmScores> {
  const path = `${runPath(status)}/${status.generation}/scores.json`;
  const scores = parsed<Partial<ArmScores>>(await fileText(folder, status, 'scores.json'), path);
  const { heldOut, general, answers } = scores;
  if (!heldOut?.nats || !general?.nats) throw unreadable(path, 'holds no scores');
  return { heldOut, general, ...(answers?.nats ? { answers } : {}) };
}

async function fileText(folder: DurableFolder, status: RunStatusFile, name: string): Promise<string> {
  const path = `${runPath(status)}/${status.generation}/${name}`;
  const text = await readTextFile(folder, path);
  if (text === undefined) throw damaged(folder, path, undefined, status.files[name] ?? 0);
  return text;
}

async function readPlaced(
  folder: DurableFolder,
  status: RunStatusFile,
  file: string,
  placed: readonly Placed[],
): Promise<Record<string, Uint8Array>> {
  const path = `${runPath(status)}/${status.generation}/${file}`;
  const source = await folder.open(path);
  const expected = placed.reduce((sum, { bytes }) => sum + bytes, 0);
  if (source?.size !== expected) throw damaged(folder, path, source?.size, expected);
  const values: Record<string, Uint8Array> = {};
  let at = 0;
  for (const { name, bytes } of placed) {
    // A copy of its own: values are read as floats, which must begin at a multiple of four.
    values[name] = (await source.read(at, at + bytes)).slice();
    at += bytes;
  }
  return values;
}

function placed(values: Readonly<Record<string, Uint8Array>>): Placed[] {
  return Object.entries(values).map(([name, { length: bytes }]) => ({ name, bytes }));
}

async function* inTurn(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

/** @param path for the message. Throws `storage/damaged` where the text is no JSON, or no object. */
export function parsed<Value extends object>(text: string, path: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, 'is no JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(path, 'is no JSON object');
  return value as Value;
}

function unreadable(path: string, what: string, cause?: unknown): LabError {
  return new LabError(
    'storage/damaged',
    `\`${path}\` ${what}.`,
    'Take that file, or the folder of its run, away; it will be made again.',
    { path },
    cause,
  );
}

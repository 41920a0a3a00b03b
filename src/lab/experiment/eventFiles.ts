/**
 * Runs as TensorBoard reads them: one event file a run, in a folder an arm and a seed, which TensorBoard shows as the run's
 * name. Events are tensorflow's `Event` messages (core/util/event.proto) with scalars as `simple_value`, which every version
 * since 2015 reads.
 */
import { PbfWriter } from 'pbf';
import { runRows, runSeries, type RecordedRun, type RunRow } from './runRows';
import { tfRecords } from './tfRecords';

export interface EventFile {
  /** `<arm>/seed-<seed>/events.out.tfevents.<seconds>.tokengraft`; TensorBoard looks for `tfevents` in the name. */
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

export interface EventFileOptions {
  /**
   * What TensorBoard's horizontal axis counts; steps by default. Steps of arms with different vocabularies read different amounts
   * of text: over `bytes` their curves can be compared.
   */
  readonly axis?: 'steps' | 'bytes';
}

export function runsAsEventFiles(runs: readonly RecordedRun[], { axis = 'steps' }: EventFileOptions = {}): EventFile[] {
  const folders = folderNames(runs.map(({ arm }) => arm));
  return runs.map(({ arm, seed, records, startedAt = 0 }) => {
    const seconds = startedAt / 1000;
    const first: Event = { seconds, step: 0, fileVersion: 'brain.Event:2', scalars: [] };
    const events = runRows(records).map((row) => eventOf(row, seconds, axis === 'steps' ? row.step : row.bytesRead));
    return {
      path: `${folders.get(arm)!}/seed-${seed}/events.out.tfevents.${String(Math.floor(seconds)).padStart(10, '0')}.tokengraft`,
      content: tfRecords([first, ...events].map(encodeEvent)),
    };
  });
}

interface Scalar {
  readonly tag: string;
  readonly value: number;
}

interface Event {
  /** Since 1970. */
  readonly seconds: number;
  readonly step: number;
  readonly fileVersion?: string;
  readonly scalars: readonly Scalar[];
}

function eventOf(row: RunRow, startedAt: number, step: number): Event {
  const scalars = runSeries.flatMap(({ tag, value }) => {
    const found = value(row);
    return found === null || found === undefined ? [] : [{ tag, value: found }];
  });
  return { seconds: startedAt + row.milliseconds / 1000, step, scalars };
}

function encodeEvent({ seconds, step, fileVersion, scalars }: Event): Uint8Array {
  const writer = new PbfWriter();
  writer.writeDoubleField(1, seconds);
  writer.writeVarintField(2, step);
  if (fileVersion !== undefined) writer.writeStringField(3, fileVersion);
  if (scalars.length > 0) writer.writeMessage(5, writeSummary, scalars);
  return writer.finish();
}

function writeSummary(scalars: readonly Scalar[], writer: PbfWriter): void {
  for (const scalar of scalars) writer.writeMessage(1, writeScalar, scalar);
}

function writeScalar({ tag, value }: Scalar, writer: PbfWriter): void {
  writer.writeStringField(1, tag);
  writer.writeFloatField(2, value);
}

/** A folder for each arm, of a name that every file system takes; arms that would share one are numbered. */
function folderNames(arms: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const arm of new Set(arms)) {
    const name = folderName(arm);
    let free = name;
    // Some file systems take capital and small letters for the same.
    for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name}-${count}`;
    taken.add(free.toLowerCase());
    names.set(arm, free);
  }
  return names;
}

// eslint-disable-next-line no-control-regex
const notInFileNames = /[\0-\x1f\x7f/\\:*?"<>|]/g;

function folderName(arm: string): string {
  const name = arm.replace(notInFileNames, '-').replace(/^[ .]+|[ .]+$/g, '');
  return name === '' ? 'arm' : name;
}

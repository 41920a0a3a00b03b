/**
 * Finished runs of other experiments that are the very ones this one asks for: an arm that was added, taken away or renamed does not
 * train the rest again. They are copied, with what was gathered of them, so that each experiment is whole when another is deleted.
 */
import type { ByteSource, DurableFolder } from '../../checkpoint/index';
import { throwIfCancelled } from '../cancel';
import type { Watch } from '../progress';
import { readSpec } from './experimentFolder';
import { runFingerprint } from './fingerprints';
import { evidenceKinds, keepEvidence, readEvidence } from './keptEvidence';
import { readStatus, runPath, sweep, type RunKey, type RunStatusFile } from './runFolder';
import { seedsOf, type ExperimentSpec } from './spec';

const chunkBytes = 16 * 2 ** 20;

export interface TakeOverOptions extends Watch {
  /** What computes here, in words: another engine rounds otherwise, and its runs are left where they are. */
  readonly engine: string;
}

/** Runs that are here already stay as they are. @param spec pinned. @returns what was copied. Throws `cancelled`. */
export async function takeOverRuns(
  folder: DurableFolder,
  spec: ExperimentSpec,
  others: AsyncIterable<DurableFolder>,
  { engine, signal, onProgress }: TakeOverOptions,
): Promise<readonly RunKey[]> {
  const missing = new Map<string, RunKey[]>();
  for (const key of keysOf(spec)) {
    if (await folder.open(statusPath(key))) continue;
    const fingerprint = runFingerprint(spec, spec.arms[key.arm]!, key.seed);
    missing.set(fingerprint, [...(missing.get(fingerprint) ?? []), key]);
  }
  const taken: RunKey[] = [];
  if (missing.size === 0) return taken;
  const total = [...missing.values()].flat().length;
  for await (const other of others) {
    // What cannot be read, is deleted meanwhile or finds no room is trained as if it had never been.
    const theirs = await readSpec(other).catch(() => undefined);
    for (const key of theirs ? keysOf(theirs) : []) {
      const fingerprint = runFingerprint(theirs!, theirs!.arms[key.arm]!, key.seed);
      const wanted = missing.get(fingerprint);
      const status = wanted && (await readStatus(other, key).catch(() => undefined));
      if (status?.state !== 'finished' || status.fingerprint !== fingerprint || status.engine !== engine) continue;
      missing.delete(fingerprint);
      for (const each of wanted!) {
        throwIfCancelled(signal);
        onProgress?.({ phase: 'reading', done: taken.length, total });
        try {
          await copyRun(other, status, folder, each, signal);
          taken.push(each);
        } catch {
          await folder.remove(runPath(each)).catch(() => undefined);
          throwIfCancelled(signal);
          missing.set(fingerprint, [...(missing.get(fingerprint) ?? []), each]);
        }
      }
    }
  }
  return taken;
}

const statusPath = (key: RunKey): string => `${runPath(key)}/status.json`;

function keysOf(spec: ExperimentSpec): RunKey[] {
  return Object.keys(spec.arms).flatMap((arm) => seedsOf(spec, arm).map((seed) => ({ arm, seed })));
}

/** The status behind its files, so that whatever dies in between leaves no run; then what was gathered of it. */
async function copyRun(
  from: DurableFolder,
  status: RunStatusFile,
  to: DurableFolder,
  key: RunKey,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [name, bytes] of Object.entries(status.files)) {
    const source = await from.open(`${runPath(status)}/${status.generation}/${name}`);
    if (source?.size !== bytes) throw new Error(`${name} is gone`);
    await to.write(`${runPath(key)}/${status.generation}/${name}`, inTurn(source, signal));
  }
  const copied = { ...status, arm: key.arm };
  await to.write(statusPath(key), `${JSON.stringify(copied, null, 2)}\n`);
  await sweep(to, copied);
  for (const kind of evidenceKinds) {
    const evidence = await readEvidence(from, status, kind).catch(() => undefined);
    if (evidence) await keepEvidence(to, copied, kind, evidence).catch(() => undefined);
  }
}

async function* inTurn(source: ByteSource, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += chunkBytes) {
    throwIfCancelled(signal);
    yield await source.read(at, Math.min(source.size, at + chunkBytes));
  }
}

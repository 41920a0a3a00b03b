/** What a run has read and measured so far, from its records. */
import type { ArmTraining } from '../training/armTraining';
import type { RunRecord } from '../training/records';
import { exposureOf, type Exposure } from '../scoring/usefulLength';
import type { NewToken } from '../vocabulary/vocabularySummary';
import type { CurvePointOfRun, RunFacts } from './runFolder';

export function readSoFar(records: readonly RunRecord[]): Pick<RunFacts, 'bytes' | 'tokens' | 'trainingSeconds'> {
  let [bytes, tokens, milliseconds] = [0, 0, 0];
  for (const record of records) {
    if (record.type !== 'step') continue;
    bytes += record.bytes;
    tokens += record.tokens;
    milliseconds += record.milliseconds;
  }
  return { bytes, tokens, trainingSeconds: milliseconds / 1000 };
}

export function readingsSoFar(
  records: readonly RunRecord[],
  training: ArmTraining,
): Pick<RunFacts, 'curve' | 'watched'> {
  const curve = records.flatMap((record): CurvePointOfRun[] => {
    if (record.type !== 'evaluation') return [];
    const { step, bytesRead: bytes = 0, bitsPerByte, documentNats } = record;
    return [{ step, bytes, flops: training.flopsAt(step), bitsPerByte, ...(documentNats ? { documentNats } : {}) }];
  });
  return { curve, ...(curve.length > 0 ? { watched: training.watchedText } : {}) };
}

/** Undefined before any was counted. */
export function seenTokens(records: readonly RunRecord[], newTokens: readonly NewToken[]): Exposure | undefined {
  const counted = records.findLast((record) => record.type === 'tokens');
  if (!counted || newTokens.length === 0) return undefined;
  const links = new Set(newTokens.flatMap(({ id, isLink }) => (isLink ? [id] : [])));
  const times = counted.tokens.flatMap(({ id, exposures }) => (links.has(id) ? [] : [exposures]));
  return exposureOf(times, readSoFar(records).bytes);
}

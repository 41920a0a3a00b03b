/** What a run has read and measured so far, from its records. */
import type { ArmTraining } from '../training/armTraining';
import type { RunRecord } from '../training/records';
import { exposureOf, type Exposure } from '../scoring/usefulLength';
import { worsening, type Worsening } from '../scoring/worsening';
import { readBy } from '../training/objectives/index';
import type { NewToken } from '../vocabulary/vocabularySummary';
import type { CurvePointOfRun, RunFacts } from './runFolder';
import type { ArmSpec } from './spec';

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
    const { step, bytesRead: bytes = 0, bitsPerByte, documentNats, answerBitsPerByte } = record;
    const more = {
      ...(documentNats ? { documentNats } : {}),
      ...(answerBitsPerByte === undefined ? {} : { answerBitsPerByte }),
    };
    return [{ step, bytes, flops: training.flopsAt(step), bitsPerByte, ...more }];
  });
  return { curve, ...(curve.length > 0 ? { watched: training.watchedText } : {}) };
}

type Reading = Pick<CurvePointOfRun, 'bitsPerByte' | 'answerBitsPerByte'>;

/** Of what an arm learns last: text, or answers, of which readings that an earlier build saved say nothing. */
export function worseningOf({ stages }: ArmSpec, readings: readonly Reading[]): Worsening | null {
  const last = stages.at(-1);
  if (!last || readBy(last) === 'text') return worsening(readings);
  return worsening(readings.map(({ answerBitsPerByte = null }) => ({ bitsPerByte: answerBitsPerByte })));
}

/** Undefined before any was counted. */
export function seenTokens(records: readonly RunRecord[], newTokens: readonly NewToken[]): Exposure | undefined {
  const counted = records.findLast((record) => record.type === 'tokens');
  if (!counted || newTokens.length === 0) return undefined;
  const links = new Set(newTokens.flatMap(({ id, isLink }) => (isLink ? [id] : [])));
  const times = counted.tokens.flatMap(({ id, exposures }) => (links.has(id) ? [] : [exposures]));
  return exposureOf(times, readSoFar(records).bytes);
}

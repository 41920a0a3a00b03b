import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { advantageCourse, cheaperFrom } from '../../../src/lab/evidence/advantageCourse';
import { openRun } from '../../../src/lab/experiment/openRun';
import { runExperiment } from '../../../src/lab/experiment/runner';
import { controlOfArm, subjectOfArm, tokensEvidence } from '../../../src/lab/index';
import { tokenLosses } from '../../../src/lab/scoring/tokenLosses';
import { keptIds, keptPrices } from '../../../src/lab/training/keptPrices';
import type { EvaluationRecord } from '../../../src/lab/training/records';
import type { Encoding } from '../../../src/tokenizer/index';
import { openTestEngine } from '../../support/engines';
import { openedTiny, tinyModelOf } from '../experiment/tinyExperiment';

const cut = (ids: readonly number[], lengths: readonly number[]): Encoding => {
  let next = 0;
  const starts = lengths.map((length) => (next += length) - length);
  return {
    ids: Uint32Array.from(ids),
    starts: Uint32Array.from(starts),
    ends: Uint32Array.from(starts, (start, at) => start + lengths[at]!),
  } as unknown as Encoding;
};

const evaluation = (step: number, bytesRead: number, idNats?: number[]): EvaluationRecord => ({
  ...{ type: 'evaluation', step, bytesRead, bitsPerByte: 1, milliseconds: 1 },
  ...(idNats ? { idNats } : {}),
});

describe('span advantage over a training', () => {
  // "abcab" and "cab": 9 stands for "ab" (1 2); the control cuts the second document's "ab" elsewhere.
  const encoded = [cut([9, 3, 9], [2, 1, 2]), cut([3, 9], [1, 2])];
  const control = [cut([1, 2, 3, 1, 2], [1, 1, 1, 1, 1]), cut([7, 2], [2, 1])];
  const tokens = [
    { id: 9, pieces: [1, 2] },
    { id: 8, pieces: [5, 6] },
  ];
  const own = [evaluation(0, 0, [5, 1, 3, 1, 9]), evaluation(2, 100, [2, 1, 1, 1, 9])];
  const old = [evaluation(0, 0, [1, 1, 4, 1, 1, 4, 4]), evaluation(3, 200, [2, 1, 4, 2, 2, 4, 4])];

  it('is the pieces of the control, at the same bytes of text, less the token, where both cut alike', () => {
    const found = advantageCourse({ records: own, encoded }, { records: old, encoded: control }, tokens)!;
    // The control asks 2 at first and (3 + 4) / 2 after 200 bytes, so 2.75 after 100; the token 4 and 1.5.
    expect([...found.byToken]).toEqual([[9, [-2, 1.25]]]);
    expect(found.course).toEqual({
      ...{ bytes: [0, 100], median: [-2, 1.25], cheaper: [0, 1], priced: 1 },
      from: (100 * 2) / 3.25,
    });
  });

  it('takes the later of two readings of a step, and only what both runs kept', () => {
    const records = [own[0]!, evaluation(2, 100, [9, 9, 9, 9, 9]), own[1]!];
    const short = old.map((record) => ({ ...record, idNats: record.idNats!.slice(0, 4) }));
    const found = advantageCourse({ records, encoded }, { records: short, encoded: control }, tokens)!;
    // Of the second place the control kept one piece only.
    expect(found.byToken.get(9)).toEqual([2 - 5, 2.5 - 2]);
  });

  it('is not told of runs that kept no prices', () => {
    const earlier = [evaluation(0, 0), evaluation(2, 100)];
    expect(advantageCourse({ records: earlier, encoded }, { records: old, encoded: control }, tokens)).toBeUndefined();
    expect(advantageCourse({ records: own, encoded }, { records: earlier, encoded: control }, tokens)).toBeUndefined();
  });

  it.each([
    [[-1, 1, 3], 5],
    [[-1, 1, -1, 3], 22.5],
    [[1, 2], null],
    [[1, -1], null],
  ])('rises for the last time: %j', (advantages, from) => {
    const bytes = advantages.map((_, point) => 10 * point);
    expect(cheaperFrom(bytes, advantages)).toBe(from);
  });

  it('keeps the first ids to a hundredth of a nat', () => {
    expect(keptPrices([Float32Array.of(1.234, 0.001), Float32Array.of(7.999)])).toEqual([1.23, 0, 8]);
    const kept = keptPrices([new Float32Array(keptIds - 1).fill(1), Float32Array.of(2, 3), Float32Array.of(4)]);
    expect([kept.length, kept.at(-1)]).toEqual([keptIds, 2]);
  });
});

describe('of an experiment', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine('processor');
  });
  afterAll(() => engine.close());

  it('ends with what the trained arms ask for the watched text', async () => {
    const opened = openedTiny(engine, await tinyModelOf(), memoryFolder());
    await runExperiment(opened);
    const [graft, control] = [
      await openRun({ ...opened, engine }, { arm: 'continued', seed: 1 }, {}),
      await openRun({ ...opened, engine }, { arm: 'old vocabulary', seed: 1 }, {}),
    ];
    const subject = subjectOfArm(
      graft.arm,
      graft.newTokens,
      graft.records,
      controlOfArm('old', control.arm, control.records),
    );
    const { course, tokens } = await tokensEvidence(subject, { placesEach: 1 });
    expect(course!.bytes).toHaveLength(3);
    expect(course!.priced).toBeGreaterThan(2);
    const watched = subject.watched!;
    const priced = async ({ arm }: typeof graft) => {
      const encoded = watched.map((text) => arm.tokenizer.encode(text));
      return { encoded, nats: await tokenLosses(arm.session.scorer(), encoded) };
    };
    const [own, old] = [await priced(graft), await priced(control)];
    const kept = graft.records.findLast((record) => record.type === 'evaluation')!.idNats!;
    for (const { id, pieces, course: line } of tokens) {
      const advantages: number[] = [];
      let before = 0;
      for (const [document, { ids, starts }] of own.encoded.entries()) {
        for (const [at, found] of ids.entries()) {
          if (found !== id || before + at >= kept.length) continue;
          const from = old.encoded[document]!.starts.indexOf(starts[at]!);
          const cutAlike = pieces.every((piece, index) => old.encoded[document]!.ids[from + index] === piece.id);
          if (from < 0 || !cutAlike) continue;
          const asked = old.nats[document]!.slice(from, from + pieces.length).reduce((sum, value) => sum + value, 0);
          advantages.push(asked - own.nats[document]![at]!);
        }
        before += ids.length;
      }
      if (line === null) continue;
      const mean = advantages.reduce((sum, value) => sum + value, 0) / advantages.length;
      expect(Math.abs(line.at(-1)! - mean)).toBeLessThan(0.03);
    }
    graft.arm.close();
    control.arm.close();
  });
});

// An answer before any training has ended: at which moment two runs are read, and when nothing is said.
import { describe, expect, it } from 'vitest';
import { parseSpec, reportOf, type ReportedRun } from '../../../src/lab/index';
import { turnsOf } from '../../../src/lab/experiment/runOrder';

const stages = [{ moves: { everything: 0.01 } }];
const vocabulary = (newTokens: number) => ({ method: 'continued' as const, newTokens });
const spec = parseSpec({
  ...{ version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1000 } },
  seeds: [1, 2],
  arms: {
    base: {},
    control: { stages },
    graft: { vocabulary: vocabulary(4), stages },
    other: { vocabulary: vocabulary(8), stages },
  },
});

const bytes = [40, 50, 60, 50];
/** Of each byte, in nats, with what is hard about a document. */
const natsOf = (level: number) => bytes.map((size, at) => size * (level + 0.02 * at));

/** Of the points, bytes read and nats a byte. */
function begun(arm: string, points: readonly (readonly [number, number])[], change: object = {}): ReportedRun {
  const tokens = bytes.map((size) => (arm === 'control' ? size / 2 : size / 4));
  return {
    status: {
      ...{ version: 1, arm, seed: 1, state: 'running', step: points.length - 1, steps: 5, tokens: 1, newTokens: 0 },
      ...{ bytes: points.at(-1)![0], trainingSeconds: 1, engine: 'x' },
      ...{ fingerprint: '', savedAt: '', generation: 'a', files: {} },
      watched: { bytes, tokens, lostBytes: bytes.map(() => 0) },
      curve: points.map(([read, level], step) => ({
        ...{ step, bytes: read, flops: read * 1e6, bitsPerByte: level / Math.LN2, documentNats: natsOf(level) },
      })),
      ...change,
    },
  };
}

const early = (...runs: ReportedRun[]) => reportOf(spec, runs).early;

describe('a reading on the way', () => {
  it('is of the moment at which both have read the same share, the latest such', () => {
    const control = begun('control', [
      [0, 7],
      [200, 4],
      [400, 3],
    ]);
    expect(early(control)).toBeNull();
    expect(early(control, begun('graft', [[0, 7]]))).toBeNull();
    const found = early(
      control,
      begun('graft', [
        [0, 7],
        [210, 3.8],
      ]),
    )!;
    expect(found).toMatchObject({ arm: 'graft', against: 'control', seed: 1, share: 0.21, bytes: 210 });
    expect(found).toMatchObject({ documents: 4, tokensSaved: 0.5 });
    // The control at 210 bytes, on the line from 4 at 200 to 3 at 400 over the logarithm of the text: not at 200.
    const control210 = 4 - Math.log(210 / 200) / Math.log(2);
    expect(found.difference).toBeCloseTo((3.8 - control210) / Math.LN2, 10);
    expect(found.controlBitsPerByte! - found.armBitsPerByte!).toBeCloseTo((control210 - 3.8) / Math.LN2, 10);
    expect(found.interval![0]).toBeLessThanOrEqual(found.interval![1]);
    expect(
      early(
        control,
        begun('graft', [
          [0, 7],
          [210, 3.8],
          [395, 3.5],
        ]),
      ),
    ).toMatchObject({ share: 0.395 });
  });

  it('is between two readings of an arm, a tenth outside of them, and near one alone', () => {
    const graft = begun('graft', [
      [0, 7],
      [200, 4],
      [400, 3],
    ]);
    const controlAt = (...points: (readonly [number, number])[]) => begun('control', [[0, 7], ...points]);
    const differenceAt = (read: number) => early(controlAt([read, 3.5]), graft)?.difference;
    const levelAt = (read: number) => 4 - Math.log(read / 200) / Math.log(2);
    for (const read of [185, 200, 283, 400]) {
      expect(differenceAt(read)).toBeCloseTo((levelAt(read) - 3.5) / Math.LN2, 10);
    }
    expect(early(controlAt([180, 3.5]), graft)).toBeNull();
    const once = (read: number) =>
      begun('graft', [
        [0, 7],
        [read, 3.8],
      ] as const);
    expect(early(controlAt([200, 4]), once(209))).not.toBeNull();
    expect(early(controlAt([200, 4]), once(212))).toBeNull();
    expect(early(controlAt([200, 4]), once(260))).toBeNull();
  });

  it('is at the share of its steps of an arm that learns answers, of which text alone is counted by bytes', () => {
    const share = 0.5;
    const learning = [
      { ...stages[0]!, share },
      { ...stages[0]!, share, objective: 'answers' as const },
    ];
    const taught = parseSpec({
      ...{ version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1000 } },
      ...{ seeds: [1], instructions: { path: 'answers.jsonl' } },
      arms: { control: { stages: learning }, graft: { vocabulary: vocabulary(4), stages: learning } },
    });
    const points = [
      [0, 7],
      [200, 4],
      [210, 3.9],
    ] as const;
    const runs = ['control', 'graft'].map((arm) => begun(arm, points, { steps: 4 }));
    expect(reportOf(taught, runs).early).toMatchObject({ share: 0.5 });
  });

  it('is of the arm that does best against its control', () => {
    const control = begun('control', [
      [0, 7],
      [200, 4],
    ]);
    const runs = [
      begun('graft', [
        [0, 7],
        [200, 4.2],
      ]),
      begun('other', [
        [0, 7],
        [200, 3.7],
      ]),
    ];
    expect(early(control, ...runs)).toMatchObject({ arm: 'other' });
  });

  it('is none where it would be without support, and none beside what has ended', () => {
    const points = [
      [0, 7],
      [200, 4],
    ] as const;
    const control = begun('control', points);
    const graft = begun('graft', points);
    expect(early(control, graft)).not.toBeNull();
    const two = { bytes: [40, 50], tokens: [1, 1], lostBytes: [0, 0] };
    const short = { watched: two, curve: control.status.curve.map((each) => ({ ...each, documentNats: [1, 2] })) };
    expect(early(begun('control', points, short), begun('graft', points, short))).toBeNull();
    expect(early(control, begun('graft', points, { state: 'diverged' }))).toBeNull();
    expect(early(control, begun('graft', points, { watched: undefined }))).toBeNull();
    const others = { watched: { ...graft.status.watched!, bytes: [40, 50, 60, 51] } };
    expect(early(control, begun('graft', points, others))).toBeNull();
    const lost = { watched: { ...graft.status.watched!, lostBytes: [0, 1, 0, 0] } };
    expect(early(control, begun('graft', points, lost))).toBeNull();
    const scores = { ...graft.status.watched!, nats: natsOf(3) };
    const finished = (run: ReportedRun): ReportedRun => ({
      status: { ...run.status, state: 'finished' },
      scores: { heldOut: scores, general: scores },
    });
    expect(early(finished(control), graft)).not.toBeNull();
    expect(early(finished(control), finished(graft))).toBeNull();
    expect(reportOf(spec, [finished(control), finished(graft)]).verdict).toMatchObject({ provisional: true });
  });
});

describe('the order of runs', () => {
  const todo = (...arms: string[]) =>
    spec.seeds.flatMap((seed) => arms.filter((arm) => seed === 1 || arm !== 'base').map((arm) => ({ arm, seed })));
  const named = (arms: readonly string[], ...before: ReportedRun[]) =>
    turnsOf(spec, todo(...arms), before).map(
      ({ arm, seed, until }) => `${arm} ${seed}${until === 'end' ? '' : ' a little'}`,
    );

  it('leaves the first control at its first reading until the first arm with new tokens is done', () => {
    expect(named(['base', 'control', 'graft', 'other'])).toEqual([
      ...['control 1 a little', 'graft 1', 'base 1', 'control 1', 'other 1'],
      ...['control 2', 'graft 2', 'other 2'],
    ]);
  });

  it('is as it stands where nothing waits for a control, or it has its reading', () => {
    expect(named(['control'])).toEqual(['control 1', 'control 2']);
    expect(named(['graft', 'other'])).toEqual(['graft 1', 'other 1', 'graft 2', 'other 2']);
    expect(
      named(
        ['control', 'graft'],
        begun('control', [
          [0, 7],
          [200, 4],
        ]),
      ),
    ).toEqual(['graft 1', 'control 1', 'control 2', 'graft 2']);
    // Beside a comparison no reading on the way is waited for.
    const scores = { ...begun('control', [[0, 7]]).status.watched!, nats: natsOf(3) };
    const done = ['control', 'graft'].map((arm): ReportedRun => ({
      status: { ...begun(arm, [[0, 7]]).status, state: 'finished' },
      scores: { heldOut: scores, general: scores },
    }));
    expect(named(['base', 'control', 'graft'], ...done)).toEqual([
      ...['base 1', 'control 1', 'graft 1', 'control 2', 'graft 2'],
    ]);
    expect(named([])).toEqual([]);
  });
});

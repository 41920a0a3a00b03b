import { PbfReader } from 'pbf';
import { describe, expect, it } from 'vitest';
import { runsAsEventFiles } from '../../../src/lab/experiment/eventFiles';
import { runRows, type RecordedRun } from '../../../src/lab/experiment/runRows';
import { runsAsCsv, runsAsJsonLines } from '../../../src/lab/experiment/runTables';
import { crc32c } from '../../../src/lab/experiment/tfRecords';
import type { EvaluationRecord, RunRecord, StepRecord } from '../../../src/lab/training/records';

const trained = (step: number, more: Partial<StepRecord> = {}): StepRecord => ({
  type: 'step',
  step,
  loss: 5 / step,
  newTokenLoss: null,
  oldTokenLoss: 2.5,
  afterNewTokenLoss: null,
  learningRate: 0.001,
  gradientNorm: 1.25,
  tokens: 10,
  bytes: 100,
  milliseconds: 250,
  ...more,
});
const evaluated = (step: number, bitsPerByte: number | null, lostBytes?: number): EvaluationRecord => ({
  type: 'evaluation',
  step,
  bitsPerByte,
  milliseconds: 500,
  ...(lostBytes === undefined ? {} : { lostBytes }),
});
const records: readonly RunRecord[] = [
  { type: 'log', step: 0, event: 'started' },
  evaluated(0, 4),
  trained(1),
  trained(2, { newTokenLoss: 3 }),
  evaluated(2, 3.5),
];
const run: RecordedRun = { arm: 'continued', seed: 1, records, startedAt: 1_700_000_000_000 };

describe('the rows of a run', () => {
  it('are one a step, with the evaluation after it, and count text and time', () => {
    expect(runRows(records)).toEqual([
      { step: 0, bytesRead: 0, tokensRead: 0, milliseconds: 500, evaluated: records[1] },
      { step: 1, bytesRead: 100, tokensRead: 10, milliseconds: 750, trained: records[2] },
      { step: 2, bytesRead: 200, tokensRead: 20, milliseconds: 1500, trained: records[3], evaluated: records[4] },
    ]);
  });

  it('count a step once that was recorded twice, as it was the last time', () => {
    const resumed = [...records, trained(2, { loss: 1 }), evaluated(2, 3.25), trained(3)];
    expect(
      runRows(resumed).map((row) => [row.step, row.bytesRead, row.trained?.loss, row.evaluated?.bitsPerByte]),
    ).toEqual([
      [0, 0, undefined, 4],
      [1, 100, 5, undefined],
      [2, 200, 1, 3.25],
      [3, 300, 5 / 3, undefined],
    ]);
  });
});

describe('JSON lines', () => {
  it('hold every record with its arm and seed in front', () => {
    const lines = runsAsJsonLines([run, { ...run, seed: 2, records: records.slice(0, 1) }]).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines[0]).toBe('{"arm":"continued","seed":1,"type":"log","step":0,"event":"started"}');
    expect(lines.slice(0, 5).map((line) => JSON.parse(line))).toEqual(
      records.map((record) => ({ arm: 'continued', seed: 1, ...record })),
    );
    expect(lines.slice(5)).toEqual(['{"arm":"continued","seed":2,"type":"log","step":0,"event":"started"}']);
  });
});

describe('CSV', () => {
  const header =
    'arm,seed,step,bytesRead,tokensRead,milliseconds,heldOutBitsPerByte,heldOutLostBytes,' +
    'loss,newTokenLoss,oldTokenLoss,afterNewTokenLoss,learningRate,gradientNorm';

  it('is a wide table whose cells are empty where there is no value', () => {
    expect(runsAsCsv([run]).split('\r\n')).toEqual([
      header,
      'continued,1,0,0,0,500,4,0,,,,,,',
      'continued,1,1,100,10,750,,,5,,2.5,,0.001,1.25',
      'continued,1,2,200,20,1500,3.5,0,2.5,3,2.5,,0.001,1.25',
      '',
    ]);
  });

  it('says how much text is lost where there is no price, and quotes what RFC 4180 wants quoted', () => {
    const lost: RecordedRun = { arm: 'old, "as is"\nand trained', seed: 3, records: [evaluated(0, null, 12)] };
    expect(runsAsCsv([lost])).toBe(`${header}\r\n"old, ""as is""\nand trained",3,0,0,0,500,,12,,,,,,\r\n`);
  });

  it('is a header alone where nothing was run', () => {
    expect(runsAsCsv([])).toBe(`${header}\r\n`);
  });
});

describe('CRC-32C', () => {
  it('is that of RFC 3720', () => {
    const cases: [Uint8Array, number][] = [
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(0xff), 0x62a8ab43],
      [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
      [new TextEncoder().encode('123456789'), 0xe3069283],
    ];
    for (const [bytes, crc] of cases) expect(crc32c(bytes)).toBe(crc);
  });
});

interface ReadEvent {
  seconds: number;
  step: number;
  version?: string;
  scalars: Record<string, number>;
}

function readEvents(file: Uint8Array): ReadEvent[] {
  const events: ReadEvent[] = [];
  const view = new DataView(file.buffer, file.byteOffset);
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    const event: ReadEvent = { seconds: 0, step: 0, scalars: {} };
    new PbfReader(file.subarray(at + 12, at + 12 + length)).readFields((tag, _, reader) => {
      if (tag === 1) event.seconds = reader.readDouble();
      if (tag === 2) event.step = reader.readVarint();
      if (tag === 3) event.version = reader.readString();
      if (tag === 5)
        reader.readMessage((field, scalars, values) => {
          if (field !== 1) return;
          const scalar = values.readMessage(
            (part, found: { tag: string; value: number }, pbf) => {
              if (part === 1) found.tag = pbf.readString();
              if (part === 2) found.value = pbf.readFloat();
            },
            { tag: '', value: NaN },
          );
          scalars[scalar.tag] = scalar.value;
        }, event.scalars);
    }, event);
    events.push(event);
    at += 16 + length;
  }
  return events;
}

describe('event files', () => {
  it('hold a version, then an event a row with its scalars, its step and its time', () => {
    const [file] = runsAsEventFiles([run]);
    expect(file!.path).toBe('continued/seed-1/events.out.tfevents.1700000000.tokengraft');
    const events = readEvents(file!.content);
    expect(events.map(({ seconds, step }) => [seconds, step])).toEqual([
      [1_700_000_000, 0],
      [1_700_000_000.5, 0],
      [1_700_000_000.75, 1],
      [1_700_000_001.5, 2],
    ]);
    expect(events[0]).toMatchObject({ version: 'brain.Event:2', scalars: {} });
    expect(events[1]!.scalars).toEqual({
      'text/bytesRead': 0,
      'text/tokensRead': 0,
      'time/milliseconds': 500,
      'heldOut/bitsPerByte': 4,
      'heldOut/lostBytes': 0,
    });
    expect(events[3]!.scalars).toMatchObject({
      'train/loss': 2.5,
      'train/newTokenLoss': 3,
      'heldOut/bitsPerByte': 3.5,
    });
  });

  it('count bytes instead of steps where that is asked for', () => {
    const [file] = runsAsEventFiles([run], { axis: 'bytes' });
    expect(readEvents(file!.content).map(({ step }) => step)).toEqual([0, 0, 100, 200]);
  });

  it('lie in folders that every file system takes, none of them shared', () => {
    const arms = ['a/b', 'a:b', 'A-B', '..', '旧词表', 'a/b'];
    const paths = runsAsEventFiles(arms.map((arm, index) => ({ arm, seed: index, records: [] }))).map(({ path }) =>
      path.slice(0, path.indexOf('/seed-')),
    );
    expect(paths).toEqual(['a-b', 'a-b-2', 'A-B-3', 'arm', '旧词表', 'a-b']);
  });
});

// Prices of passages on either engine, against the logits of each passage alone; and an experiment that is asked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { askArm } from '../../../src/lab/cloze/askArm';
import { clozeReport } from '../../../src/lab/cloze/clozeReport';
import type { ClozeQuestion } from '../../../src/lab/cloze/clozeSet';
import { keepEvidence, readEvidence } from '../../../src/lab/experiment/keptEvidence';
import { ModelSession } from '../../../src/lab/device/modelSession';
import { openModel } from '../../../src/lab/index';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableCorpus, tinyLlama } from '../vocabulary/letters';

const texts = syllableCorpus(12, 2).train;
const questions = texts.slice(0, 5).map((text, at): ClozeQuestion => {
  return {
    before: text.slice(0, 12),
    after: text.slice(15, 20),
    choices: ['aba', 'dedi', 'bo', 'gagu'],
    right: at % 4,
  };
});

describe.each(engineNames)('answers on the %s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  it('are the likeliest of whole passages', async () => {
    const model = await openModel(await tinyLlama({ tied: true, spareRows: 0 }), 'folder');
    const session = await ModelSession.open(engine, model);
    const { nats } = await askArm(session.scorer(), model.tokenizer, questions, 1);
    const rows = model.summary.embeddingRows;
    for (const [at, { before, choices, after }] of questions.entries()) {
      for (const [choice, word] of choices.entries()) {
        const { ids } = model.tokenizer.encode(`${before}${word}${after}`);
        const padded = Uint32Array.from({ length: 48 }, (_, place) => [model.startId, ...ids][place] ?? 0);
        const logits = await session.logits(padded);
        let price = 0;
        for (const [place, id] of ids.entries()) {
          const row = Array.from(logits.subarray(place * rows, (place + 1) * rows));
          price += Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[id]!;
        }
        expect(nats[at]![choice]).toBeCloseTo(price, 3);
      }
    }
    session.close();
  });
});

describe('the report of answers', () => {
  const run = (arm: string, seed: number, rights: string) => ({
    ...{ arm, seed },
    cloze: {
      ...{ seed: 1, questions },
      nats: questions.map(({ choices, right }, at) =>
        choices.map((_, choice) => {
          if (rights[at] === '=') return 5;
          return choice === (rights[at] === '+' ? right : (right + 1) % 4) ? 3 : 5;
        }),
      ),
    },
  });

  it('counts what is right, and what is equally likely as not right', () => {
    const report = clozeReport([run('base', 1, '+-=-+')], () => null)!;
    expect(report.arms[0]!.right).toMatchObject({ count: 2, of: 5 });
    expect(report.arms[0]!.chosen[2]).toBeNull();
    expect(report).toMatchObject({ questions: 5, chance: 0.25, differences: [] });
    expect(clozeReport([], () => null)).toBeNull();
  });

  it('compares with the control of the same seed, asked the same', () => {
    const other = run('old', 2, '+++++');
    const runs = [run('old', 1, '+---+'), run('new', 1, '++--+'), other];
    const { differences } = clozeReport(runs, (arm) => (arm === 'new' ? 'old' : null))!;
    expect(differences).toHaveLength(1);
    expect(differences[0]!.right.difference).toBeCloseTo(0.2, 10);
    const moved = { ...runs[0]!, cloze: { ...runs[0]!.cloze, questions: [...questions].reverse() } };
    expect(clozeReport([moved, runs[1]!], () => 'old')!.arms.map(({ arm }) => arm)).toEqual(['new']);
  });

  it('is of the weights that answered', async () => {
    const folder = memoryFolder();
    const of = { arm: 'new', seed: 1, fingerprint: 'a' };
    await keepEvidence(folder, of, 'cloze', run('new', 1, '+++++').cloze);
    expect((await readEvidence(folder, of, 'cloze'))?.nats).toHaveLength(5);
    expect(await readEvidence(folder, { ...of, fingerprint: 'b' }, 'cloze')).toBeUndefined();
  });
});

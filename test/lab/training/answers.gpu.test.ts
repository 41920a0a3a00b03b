// Stages that learn answers: what they read, and that the mask reaches the loss on either engine.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder } from '../../../src/checkpoint/index';
import type { Conversation } from '../../../src/corpus/index';
import type { Engine } from '../../../src/engine/index';
import { readReport, type CorpusText, type Instructions } from '../../../src/lab/index';
import { runExperiment } from '../../../src/lab/experiment/runner';
import { stagePlans } from '../../../src/lab/training/stagePlans';
import { engineNames, openTestEngine } from '../../support/engines';
import { openedTiny, tinyCorpus, tinyModelOf, tinySpec } from '../experiment/tinyExperiment';

const conversations: Conversation[] = Array.from({ length: 24 }, (_, at) => ({
  place: `line ${at + 1}`,
  turns: [
    { role: 'user', content: 'abcdefgh'.repeat(2).slice(at % 8, (at % 8) + 3) },
    { role: 'assistant', content: at % 2 === 0 ? 'ab' : 'ba' },
  ],
}));
const instructions = { train: conversations.slice(4), heldOut: conversations.slice(0, 4) } as unknown as Instructions;
const corpus: CorpusText = { ...tinyCorpus, instructions };
const template =
  "{{ bos_token }}{% for m in messages %}{{ m['content'] }}{% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}";
const answers = { objective: 'answers', moves: { everything: 0.01 }, batch: { rows: 2, length: 24 } };
const spec = tinySpec({
  instructions: { name: 'pairs' },
  budget: { bytes: 400 },
  arms: {
    base: {},
    'text, then answers': { stages: [{ moves: { everything: 0.01 }, batch: { rows: 2, length: 24 } }, answers] },
    'answers alone': { stages: [answers] },
  },
});

async function model() {
  const opened = await tinyModelOf();
  const { checkpoint } = opened;
  const tokenizerFiles = { ...checkpoint.tokenizerFiles, 'chat_template.jinja': template };
  return { ...opened, checkpoint: { ...checkpoint, tokenizerFiles } };
}

describe.each(engineNames)('answers on the %s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  it('are learned after the text, measured on held-out conversations, and kept', async () => {
    const folder = memoryFolder();
    const report = await runExperiment(openedTiny(engine, await model(), folder, spec, corpus));
    const bits = Object.fromEntries(report.arms.map(({ arm, answers: found }) => [arm, found!.bitsPerByte!]));
    expect(bits['answers alone']).toBeLessThan(bits.base!);
    expect(bits['text, then answers']).toBeLessThan(bits.base!);
    expect(report.arms[0]!.answers).toMatchObject({ bytes: 8, documents: 4, tokens: 12 });
    // Neither is the control of the other: they did not read the same.
    expect(report.comparisons).toEqual([]);
    expect((await readReport(folder)).arms).toEqual(report.arms);
  });

  it('are read whole, until their share of the budget, in an order of the seed', async () => {
    const opened = await model();
    const { stages } = spec.arms['text, then answers']!;
    const plan = (seed: number) =>
      stagePlans(
        { model: opened, corpus, stages, budget: spec.budget, evaluation: spec.evaluation, seed },
        opened.tokenizer,
      );
    const [text, answered] = await plan(1);
    expect(text!.bytes).toBe(200);
    expect(answered!.bytes).toBeGreaterThanOrEqual(200);
    expect(answered!.bytes).toBeLessThan(220);
    expect(answered!.answers!.tooLong).toBe(0);
    expect(answered!.from).toBe(text!.steps);
    const again = await plan(1);
    expect(again[1]!.answers!.chats.map(({ ids }) => [...ids])).toEqual(
      answered!.answers!.chats.map(({ ids }) => [...ids]),
    );
    const other = await plan(2);
    expect(other[1]!.answers!.chats.map(({ ids }) => [...ids])).not.toEqual(
      again[1]!.answers!.chats.map(({ ids }) => [...ids]),
    );
  });

  it('that fit into no row are refused with the length they need', async () => {
    const opened = await model();
    const [stage] = spec.arms['answers alone']!.stages;
    const short = { ...stage!, batch: { rows: 2, length: 4 } };
    const setup = { model: opened, corpus, stages: [short], budget: spec.budget, evaluation: spec.evaluation, seed: 1 };
    await expect(stagePlans(setup, opened.tokenizer)).rejects.toMatchObject({
      code: 'lab/conversations-too-long',
      details: { length: 4, shortest: 7 },
    });
  });
});

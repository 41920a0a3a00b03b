// Nothing is measured twice: what an engine has answered of a model and a text is kept, whoever asks for it next.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ProcessorEngine } from '../../src/processor/index';
import { Experiment } from '../../src/worker/experiment';
import type { CorpusText } from '../../src/lab/index';
import { tinyArms, tinyCorpus } from '../lab/experiment/tinyExperiment';
import { tinyLlama } from '../lab/vocabulary/letters';

vi.mock('../../src/worker/publicFiles', () => ({}));
vi.mock('../../src/worker/onnxRuntime', async () => {
  const { processorRuntime } = await import('../support/processor');
  return { processorRuntime: async () => processorRuntime(), onnxRuntime: undefined };
});
vi.mock('../../src/worker/countingShards', () => import('../../src/headless/countingShards'));
vi.mock('../../src/worker/xzWorker', () => ({ xzSize: undefined }));

/** Passes through a model since the last look. */
let passes = 0;
function passesSince(): number {
  const made = passes;
  passes = 0;
  return made;
}
const { forward } = ProcessorEngine.prototype;
vi.spyOn(ProcessorEngine.prototype, 'forward').mockImplementation(async function (this: ProcessorEngine, ...asked) {
  const program = await forward.apply(this, asked);
  const run = program.run.bind(program);
  program.run = (inputs) => {
    passes++;
    return run(inputs);
  };
  return program;
});

class Opened extends Experiment {
  async useTiny(change: Parameters<typeof tinyLlama>[0] = {}, corpus: CorpusText = tinyCorpus): Promise<this> {
    await this.useModel(await tinyLlama({ tied: true, ...change }), 'folder', new AbortController().signal);
    this.useCorpus(corpus, undefined);
    return this;
  }
}

const ignore = () => undefined;
const spec = (change: object = {}) => ({
  ...{ version: 2, name: 'Twice?', model: 'tiny', corpus: { name: 'syllables' }, budget: { bytes: 200 }, seeds: [1] },
  // All of the text, as the base is measured on.
  evaluation: { bytes: 65_536, generalBytes: 16_384, watchBytes: 100, points: 2 },
  arms: tinyArms,
  ...change,
});
const otherText = { ...tinyCorpus, heldOut: [...tinyCorpus.heldOut, 'hh gg ff'] } as CorpusText;

beforeEach(() => void (passes = 0));

describe('a measurement of the base', () => {
  it('is not made again, with the same model opened anew either', async () => {
    const lab = await new Opened().useTiny();
    const first = await lab.measureBase(ignore);
    expect(passesSince()).toBeGreaterThan(1);
    const told: unknown[] = [];
    expect(await lab.measureBase((progress) => told.push(progress))).toEqual(first);
    await lab.useTiny();
    expect(await lab.measureBase(ignore)).toEqual(first);
    expect([passesSince(), told]).toEqual([0, []]);
  });

  it('asks for what is new of a changed text, and for all of it from a changed model', async () => {
    const lab = await new Opened().useTiny();
    const first = await lab.measureBase(ignore);
    passesSince();
    await lab.useTiny({}, otherText);
    const other = await lab.measureBase(ignore);
    expect(passesSince()).toBe(1);
    expect(other.heldOut.documents).toBe(first.heldOut.documents + 1);
    expect(other.general).toEqual(first.general);
    await lab.useTiny({ tied: false });
    expect((await lab.measureBase(ignore)).heldOut.bitsPerByte).not.toBe(first.heldOut.bitsPerByte);
    expect(passesSince(), 'one for each text').toBe(2);
  });
});

describe('after a run', () => {
  it('what it has scored is known: the base, a taken arm, and the base of the next run', async () => {
    const lab = await new Opened().useTiny();
    let id = '';
    const report = await lab.runExperiment(spec(), (update) => void (id = update.id));
    expect(passesSince()).toBeGreaterThan(1);
    const { heldOut, general } = report.arms.find(({ arm }) => arm === 'base')!;
    const base = await lab.measureBase(ignore);
    expect(passesSince()).toBe(0);
    expect([base.heldOut.bitsPerByte, base.general.bitsPerByte]).toEqual([heldOut.bitsPerByte, general.bitsPerByte]);

    await lab.takeArm(id, { arm: 'continued', seed: 1 }, ignore);
    const compared = await lab.compare(ignore);
    const untrained = passesSince();
    const bits = compared.arms.map(({ heldOut: scored }) => scored.bitsPerByte);
    const trained = report.arms.find(({ arm }) => arm === 'continued')!;
    expect([bits[0], bits[2]]).toEqual([heldOut.bitsPerByte, trained.heldOut.bitsPerByte]);
    await lab.takeArm(id, { arm: 'continued', seed: 1 }, ignore);
    expect(await lab.compare(ignore)).toEqual(compared);
    expect([untrained, passesSince()]).toEqual([2, 0]);

    const next = await lab.runExperiment(spec({ budget: { bytes: 220 }, arms: { base: {} } }), ignore);
    expect(passesSince()).toBe(0);
    expect(next.arms[0]!.heldOut).toEqual(heldOut);
    await lab.runExperiment(spec({ arms: { base: {} }, evaluation: { bytes: 200, generalBytes: 40 } }), ignore);
    expect(passesSince(), 'another text').toBeGreaterThan(0);
  });

  it('evidence and harm of an arm are gathered once, and the base and the control are priced once for all arms', async () => {
    const lab = await new Opened().useTiny();
    const { continued } = tinyArms;
    let id = '';
    const arms = { ...tinyArms, other: { ...continued, start: 'zero' } };
    await lab.runExperiment(spec({ arms }), (update) => void (id = update.id));
    const take = (arm: string) => lab.takeArm(id, { arm, seed: 1 }, ignore);
    await take('continued');
    passesSince();
    const [evidence, harm] = [await lab.tokensEvidence(ignore), await lab.harm(ignore)];
    const first = passesSince();
    await take('other');
    const otherHarm = await lab.harm(ignore);
    const second = passesSince();
    expect(otherHarm.references.map(({ general }) => general)).toEqual(harm.references.map(({ general }) => general));
    await take('continued');
    expect([await lab.tokensEvidence(ignore), await lab.harm(ignore)]).toEqual([evidence, harm]);
    expect(passesSince()).toBe(0);
    expect(second).toBeLessThan(first);
  });
});

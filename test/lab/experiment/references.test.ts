import { afterAll, beforeAll, expect, it } from 'vitest';
import { memoryFolder } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { LabError } from '../../../src/error';
import { readReport } from '../../../src/lab/experiment/experimentFolder';
import { runExperiment, type ExperimentUpdate } from '../../../src/lab/experiment/runner';
import type { LoadedModel } from '../../../src/lab/index';
import { utf8Bytes } from '../../../src/lab/scoring/evaluate';
import { openTestEngine } from '../../support/engines';
import { mortalFolder } from './mortalFolder';
import { openedTiny, tinyCorpus, tinyModelOf, tinySpec } from './tinyExperiment';

let engine: Engine;
let model: LoadedModel;
beforeAll(async () => {
  engine = await openTestEngine('processor');
  model = await tinyModelOf();
});
afterAll(() => engine.close());

it('are computed once, on the text that the first seed reads and the text that arms are scored on', async () => {
  const folder = memoryFolder();
  const compressed: number[] = [];
  const xzSize = async ({ length }: Uint8Array) => {
    compressed.push(length);
    return 100;
  };
  const report = await runExperiment(openedTiny(engine, model, folder), { xzSize });
  const { references, arms } = report;
  const { bytes } = arms[0]!.heldOut;
  expect(bytes).toBeLessThan(tinyCorpus.heldOut.reduce((sum, text) => sum + utf8Bytes(text), 0));
  expect(references).toMatchObject({ trainingBytes: 200, heldOutBytes: bytes });
  expect(compressed).toEqual([bytes]);
  const lines = Object.fromEntries(references!.lines.map((line) => [line.name, line.bitsPerByte]));
  expect(lines).toMatchObject({ uniform: 8, xz: 800 / bytes });
  expect(lines.bigrams).toBeLessThan(8);
  const again = await runExperiment(openedTiny(engine, model, folder, tinySpec({ seeds: [1, 2] })), { xzSize });
  expect(again.references).toEqual(references);
  expect((await readReport(folder)).references).toEqual(references);
  expect(compressed).toHaveLength(1);
  // Damaged, they are made anew.
  folder.files.set('references.json', new Uint8Array(3));
  expect((await runExperiment(openedTiny(engine, model, folder), { xzSize })).references).toEqual(references);
});

it('keep no run waiting, and are told when they come', async () => {
  const states: string[] = [];
  let give: (size: number) => void = () => undefined;
  const xzSize = () => new Promise<number>((resolve) => (give = resolve));
  const { references } = await runExperiment(openedTiny(engine, model, memoryFolder()), {
    xzSize,
    onUpdate: ({ cells, report }) => {
      states.push(`${cells.map(({ state }) => state).join(' ')}${report?.references ? ' with lines' : ''}`);
      if (states.at(-1) === 'finished finished finished') give(100);
    },
  });
  expect(references!.lines.map(({ name }) => name)).toEqual(['uniform', 'unigrams', 'bigrams', 'xz']);
  expect(states).toContain('finished running finished');
  expect(states.at(-1)).toBe('finished finished finished with lines');
});

it('end what goes wrong with them before another run, and are given up where a run fails', async () => {
  const begun = new Set<string>();
  const onUpdate = ({ run }: ExperimentUpdate) => run && begun.add(run.arm);
  const none = () => Promise.reject(new LabError('lab/no-held-out-text', 'No text.', ''));
  const failing = runExperiment(openedTiny(engine, model, memoryFolder()), { xzSize: none, onUpdate });
  await expect(failing).rejects.toMatchObject({ code: 'lab/no-held-out-text' });
  expect(begun.has('continued')).toBe(false);

  let ended = false;
  const never = (_: Uint8Array, signal?: AbortSignal) =>
    new Promise<number>((_resolve, reject) => {
      signal!.addEventListener('abort', () => {
        ended = true;
        reject(new LabError('cancelled', 'Cancelled.', ''));
      });
    });
  const full = mortalFolder(memoryFolder(), 4, 'full');
  await expect(runExperiment(openedTiny(engine, model, full), { xzSize: never })).rejects.toMatchObject({
    code: 'storage/quota',
  });
  expect(ended).toBe(true);
});

it('are fitted on what an arm has read where the budget is in FLOPs', async () => {
  const xzSize = async () => 100;
  const spec = tinySpec({ budget: { flops: 3e7 } });
  const { references, arms, verdict } = await runExperiment(openedTiny(engine, model, memoryFolder(), spec), {
    xzSize,
  });
  expect(references!.trainingBytes).toBe(arms.find(({ bytes: read }) => read > 0)!.bytes);
  expect(verdict?.atEqual).toBe('flops');
});

it('are left out where xz cannot be had, and the experiment has its answer', async () => {
  const xzSize = () => Promise.reject(new LabError('lab/no-xz', 'No library.', ''));
  const report = await runExperiment(openedTiny(engine, model, memoryFolder()), { xzSize });
  expect(report.references).toBeNull();
  expect(report.verdict).toMatchObject({ provisional: false });
});

it('stand beside the second reading, at equal compute', async () => {
  const report = await runExperiment(openedTiny(engine, model, memoryFolder(), tinySpec({ budget: { bytes: 600 } })));
  const [comparison] = report.comparisons;
  const { flops, difference, armBitsPerByte, controlBitsPerByte, seeds } = comparison!.equalCompute!;
  expect(difference).toBeCloseTo(armBitsPerByte - controlBitsPerByte, 12);
  expect(seeds).toEqual([1]);
  expect(flops).toBeGreaterThan(1e6);
  expect(report.base).toMatchObject({ arm: 'base', isOutOfDomain: false });
});

/** An experiment that takes seconds: a model of two layers over eight letters. */
import type { DurableFolder } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { openModel, parseSpec, type CorpusText, type ExperimentSpec, type LoadedModel } from '../../../src/lab/index';
import { readRecords, readStatus, runPath, type RunKey } from '../../../src/lab/experiment/runFolder';
import type { OpenedExperiment } from '../../../src/lab/experiment/runner';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';

const documents = syllableDocuments(120);

export const tinyCorpus = {
  train: documents.slice(20),
  heldOut: documents.slice(0, 20),
  general: ['abc def gh', 'hgfe dcba', 'aabb', 'h g f e'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 100 },
} as unknown as CorpusText;

export async function tinyModelOf(tied = true): Promise<LoadedModel> {
  return openModel(await tinyLlama({ tied }), 'folder');
}

const stages = (everything: number) => [{ moves: { everything }, batch: { rows: 2, length: 24 } }];

export const tinyArms = {
  base: {},
  'old vocabulary': { stages: stages(0.01) },
  continued: { vocabulary: { method: 'continued', newTokens: 6 }, start: 'random', stages: stages(0.01) },
} as const;

/** Two or three steps an arm and seed. */
export function tinySpec(change: Readonly<Record<string, unknown>> = {}): ExperimentSpec {
  return parseSpec({
    version: 2,
    name: 'Do syllables deserve tokens of their own?',
    model: 'tiny',
    corpus: { name: 'syllables' },
    budget: { bytes: 200 },
    seeds: [1],
    evaluation: { bytes: 300, generalBytes: 40, watchBytes: 100, points: 2 },
    arms: tinyArms,
    ...change,
  });
}

export function openedTiny(
  engine: Engine,
  model: LoadedModel,
  folder: DurableFolder,
  spec: ExperimentSpec = tinySpec(),
  corpus: CorpusText = tinyCorpus,
): OpenedExperiment {
  return { spec, model, corpus, folder, engine: async () => engine };
}

/** What a run has measured, without what the clock says. */
export async function measured(folder: DurableFolder, key: RunKey): Promise<unknown[]> {
  const status = await readStatus(folder, key);
  if (!status) throw new Error(`There is no ${runPath(key)}.`);
  return (await readRecords(folder, status))
    .filter(({ type }) => type === 'step' || type === 'evaluation')
    .map((record) => ({ ...record, milliseconds: 0 }));
}

/** Every generation that lies there, and those that a status names. */
export async function generations(folder: DurableFolder, spec: ExperimentSpec) {
  const found: string[] = [];
  const named: string[] = [];
  for (const arm of Object.keys(spec.arms)) {
    for (const seed of spec.seeds) {
      const base = runPath({ arm, seed });
      found.push(...(await folder.folders(base)).map((each) => `${base}/${each}`));
      const status = await readStatus(folder, { arm, seed });
      if (status) named.push(`${base}/${status.generation}`);
    }
  }
  return { found: found.sort(), named: named.sort() };
}

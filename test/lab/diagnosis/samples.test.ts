// What the samples teach: their diagnoses on the bundled model with nothing chosen.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { SampleIndex } from '../../../src/corpus/index';
import { folderTree } from '../../../src/checkpoint/node';
import { diagnose, openCorpus, openGeneralText, openModel } from '../../../src/lab/index';
import { memoryFile } from '../../corpus/memoryFile';

const folder = 'public/samples';
const { samples }: SampleIndex = JSON.parse(readFileSync(`${folder}/index.json`, 'utf8'));
const fileOf = (kind: string) => {
  const { file } = samples.find((sample) => sample.kind === kind)!;
  return memoryFile(file, readFileSync(`${folder}/${file}`));
};

it('the sample of a language that the model knows ends at "do not expand", and says so', async () => {
  const model = await openModel(await folderTree('public/models/rootstock'), 'bundled');
  const general = await openGeneralText(fileOf('general'), 'General English');
  const corpus = await openCorpus([fileOf('known')], general);
  const { diagnosis } = await diagnose(model, corpus);
  expect(diagnosis.verdict).toBe('do-not-expand');
  expect(diagnosis.resampled.same).toBeGreaterThan(0.9);
  const saved = diagnosis.signals.find(({ name }) => name === 'compression')!;
  expect(saved.value).toBeLessThan(saved.thresholds[0]!);
  expect(samples.find(({ kind }) => kind === 'known')!.source).toContain('"do not expand"');
  expect(corpus.general.filter((text) => corpus.train.some((other) => other.includes(text)))).toEqual([]);
});

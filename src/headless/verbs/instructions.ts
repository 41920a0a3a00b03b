/** The conversations that a specification names, and what was taken of them. */
import { existsSync, readFileSync } from 'node:fs';
import type { SampleIndex } from '../../corpus/index';
import { LabError } from '../../error';
import {
  openInstructions,
  withInstructions,
  type CorpusText,
  type ExperimentSpec,
  type Instructions,
  type InstructionSummary,
} from '../../lab/index';
import type { Command } from '../arguments';
import { print } from '../stdout';
import { corpusFiles, corpusOfSpec, samplePath, samplesIndex } from './corpus';

/** All texts that a specification names. */
export async function textsOfSpec(command: Command, spec: ExperimentSpec): Promise<CorpusText> {
  const corpus = await corpusOfSpec(command, spec);
  return spec.instructions ? withInstructions(corpus, await instructionsOf(command, spec.instructions)) : corpus;
}

async function instructionsOf(
  command: Command,
  { sample: id, path, name }: NonNullable<ExperimentSpec['instructions']>,
): Promise<Instructions> {
  const known = sampleInstructions();
  const sample = known.find((each) => each.id === id);
  if (id !== undefined && !sample) {
    throw refused(`\`instructions.sample\` is "${id}"; expected is one of ${known.map((each) => each.id).join(', ')}.`);
  }
  const from = sample ? samplePath(sample) : path;
  if (from === undefined) {
    throw refused(
      `\`instructions.name\` "${name}" names files that were opened on the page; the command line does not have them.`,
    );
  }
  const options = sample ? { name: sample.title, source: sample.source, licence: sample.licence } : {};
  const opened = await openInstructions(await corpusFiles(from), options);
  const line = takenText(opened.summary);
  if (command.json) process.stderr.write(`${line}\n`);
  else print(line);
  return opened;
}

function sampleInstructions(): SampleIndex['instructions'] {
  if (!existsSync(samplesIndex)) return [];
  return (JSON.parse(readFileSync(samplesIndex, 'utf8')) as SampleIndex).instructions;
}

function takenText({ name, forms, conversations, heldOut, duplicates }: InstructionSummary): string {
  const read = Object.entries(forms).map(([form, count]) => `${count} records of ${form.replace('-', ' and ')}`);
  const again = duplicates > 0 ? ` (left out: ${duplicates} duplicates)` : '';
  return `${name}: ${read.join(', ')}: ${conversations} conversations${again}, ${heldOut} held out`;
}

const refused = (message: string): LabError => new LabError('lab/bad-specification', message, 'Nothing was run.');

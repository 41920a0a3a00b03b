/** `--corpus PATH`, and the general text that stands beside it where the samples are there. */
import { createReadStream, existsSync, openAsBlob, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CorpusFile, DocumentFormat, SampleIndex } from '../../corpus/index';
import { LabError } from '../../error';
// Not from the lab's `index.ts`: reading a corpus loads no engine.
import type { CorpusSummary, CorpusText, ExperimentSpec, GeneralText, OpenCorpusOptions } from '../../lab/index';
import { openCorpus, openGeneralText } from '../../lab/open/openCorpus';
import type { Command } from '../arguments';
import { print, progressLine } from '../stdout';
import { takenLines } from '../taken';

/** Measured: twice and half as much take a tenth longer, sixteen times as much two thirds. */
const READ_BYTES = 2 ** 16;

export async function corpusFile(path: string): Promise<CorpusFile> {
  if (!existsSync(path)) {
    throw new LabError('headless/no-such-file', `There is no file \`${path}\`.`, 'Check the path.', { path });
  }
  const blob = await openAsBlob(path);
  return {
    name: basename(path),
    size: blob.size,
    stream: () => readAhead(path),
    slice: (start, end) => blob.slice(start, end),
  };
}

/** The next piece is read while one is worked on; a Blob's own stream waits until it is asked. */
function readAhead(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path, { highWaterMark: READ_BYTES })) as ReadableStream<Uint8Array>;
}

/** The file, or every file of the folder and those in it, by name; hidden ones are left out. */
export async function corpusFiles(path: string): Promise<CorpusFile[]> {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [await corpusFile(path)];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.')) && statSync(join(path, name)).isFile())
    .sort();
  return Promise.all(names.map(async (name) => ({ ...(await corpusFile(join(path, name))), name })));
}

export async function corpusOf(command: Command): Promise<CorpusText> {
  const files = await corpusFiles(command.text('corpus')!);
  const corpus = await openCorpus(files, await generalTextOf(command), {
    onProgress: progressLine(),
    ...readingOptions(command),
  });
  sayTaken(command, corpus.summary);
  return corpus;
}

/** Before anything is made of it; with --json on standard error, since the answer says it too. */
export function sayTaken(command: Command, summary: CorpusSummary): void {
  for (const line of takenLines(summary)) {
    if (command.json) process.stderr.write(`${line}\n`);
    else print(line);
  }
}

function readingOptions(command: Command): Pick<OpenCorpusOptions, 'format' | 'textField'> {
  const textField = command.text('field');
  const format = command.text('documents') as DocumentFormat | 'auto' | undefined;
  return {
    ...(format === undefined || format === 'auto' ? {} : { format }),
    ...(textField === undefined ? {} : { textField }),
  };
}

/** The corpus and the general text that a specification names. */
export async function corpusOfSpec(command: Command, { corpus, general }: ExperimentSpec): Promise<CorpusText> {
  const sample = samples().find(({ id }) => id === corpus.sample);
  if (corpus.sample !== undefined && !sample) {
    const known = samples().flatMap(({ id, kind }) => (kind === 'general' ? [] : [id]));
    throw new LabError(
      'lab/bad-specification',
      `\`corpus.sample\` is "${corpus.sample}"; expected is one of ${known.join(', ')}.`,
      'Nothing was run.',
    );
  }
  const path = sample ? samplePath(sample) : corpus.path;
  if (path === undefined) {
    throw new LabError(
      'lab/bad-specification',
      `\`corpus.name\` "${corpus.name}" names files that were opened on the page; the command line does not have them.`,
      'Nothing was run. Say where they lie: `"corpus": {"path": …}`.',
    );
  }
  const { documents: format, field: textField } = corpus;
  const opened = await openCorpus(await corpusFiles(path), await generalTextAt(general.path), {
    onProgress: progressLine(),
    ...(sample ? { name: sample.title, source: sample.source, licence: sample.licence } : {}),
    ...(format === undefined ? {} : { format }),
    ...(textField === undefined ? {} : { textField }),
  });
  sayTaken(command, opened.summary);
  return opened;
}

/** Every document of the files in `train`, none held out; one is enough. */
export async function undividedCorpus(command: Command): Promise<CorpusText> {
  const files = await corpusFiles(command.text('corpus')!);
  const options = { ...readingOptions(command), undivided: true };
  const corpus = await openCorpus(files, { name: '', documents: [] }, options);
  sayTaken(command, corpus.summary);
  return corpus;
}

/** With `--all-held-out` every document is held out. */
export async function heldOutCorpus(command: Command): Promise<CorpusText> {
  if (!command.isSet('all-held-out')) return corpusOf(command);
  const { train: heldOut, summary } = await undividedCorpus(command);
  return { train: [], heldOut, general: (await generalTextOf(command)).documents, summary };
}

/** `--general`, or the sample that comes with the page. */
export async function generalTextOf(command: Command): Promise<GeneralText> {
  return generalTextAt(command.text('general'));
}

/** @param path absent: the sample that comes with the page. */
export async function generalTextAt(path: string | undefined): Promise<GeneralText> {
  if (path !== undefined) return openGeneralText(await corpusFile(path), path);
  const general = samples().find((sample) => sample.kind === 'general');
  if (!general) return { name: '', documents: [] };
  return openGeneralText(await corpusFile(samplePath(general)), general.title);
}

/** The bundled corpora; none where the page's files are not there. */
export function samples(): SampleIndex['samples'] {
  if (!existsSync(samplesIndex)) return [];
  return (JSON.parse(readFileSync(samplesIndex, 'utf8')) as SampleIndex).samples;
}

export function samplePath({ file }: Pick<SampleIndex['samples'][number], 'file'>): string {
  return fileURLToPath(new URL(file, samplesFolder));
}

const samplesFolder = new URL('../../../public/samples/', import.meta.url);
export const samplesIndex = new URL('index.json', samplesFolder);

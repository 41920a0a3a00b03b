/** `--corpus PATH`, and the general text that stands beside it where the samples are there. */
import { existsSync, openAsBlob, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CorpusFile, DocumentFormat, SampleIndex } from '../../corpus/index';
import { asLabError, LabError } from '../../error';
import {
  openCorpus,
  openGeneralText,
  type CorpusText,
  type GeneralText,
  type OpenCorpusOptions,
} from '../../lab/index';
import type { Command } from '../arguments';
import { progressLine } from '../stdout';

export async function corpusFile(path: string): Promise<CorpusFile> {
  if (!existsSync(path)) {
    throw new LabError('headless/no-such-file', `There is no file \`${path}\`.`, 'Check the path.', { path });
  }
  const blob = await openAsBlob(path);
  return {
    name: basename(path),
    size: blob.size,
    stream: () => blob.stream() as ReadableStream<Uint8Array>,
    slice: (start, end) => blob.slice(start, end),
  };
}

/** The file, or every file of the folder and those in it, by name; hidden ones are left out. */
async function corpusFiles(path: string): Promise<CorpusFile[]> {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [await corpusFile(path)];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.')) && statSync(join(path, name)).isFile())
    .sort();
  return Promise.all(names.map(async (name) => ({ ...(await corpusFile(join(path, name))), name })));
}

export async function corpusOf(command: Command): Promise<CorpusText> {
  const files = await corpusFiles(command.text('corpus')!);
  const general = command.text('general');
  const elsewhere =
    general === undefined ? await generalText() : await openGeneralText(await corpusFile(general), general);
  return openCorpus(files, elsewhere, { onProgress: progressLine(), ...readingOptions(command) });
}

function readingOptions(command: Command): Pick<OpenCorpusOptions, 'format' | 'textField'> {
  const textField = command.text('field');
  const format = command.text('documents') as DocumentFormat | 'auto' | undefined;
  return {
    ...(format === undefined || format === 'auto' ? {} : { format }),
    ...(textField === undefined ? {} : { textField }),
  };
}

/** Every document of the file, none held out. A file that is one document counts as one. */
export async function allDocuments(command: Command): Promise<readonly string[]> {
  const path = command.text('corpus')!;
  try {
    const options = { ...readingOptions(command), memoryBytes: Infinity };
    const { train, heldOut } = await openCorpus(await corpusFiles(path), { name: '', documents: [] }, options);
    return [...heldOut, ...train];
  } catch (thrown) {
    if (asLabError(thrown).code !== 'corpus/too-few-documents') throw thrown;
    return [readFileSync(path, 'utf8').trim()];
  }
}

async function generalText(): Promise<GeneralText> {
  const folder = new URL('../../../public/samples/', import.meta.url);
  const index = new URL('index.json', folder);
  if (!existsSync(index)) return { name: '', documents: [] };
  const { samples } = JSON.parse(readFileSync(index, 'utf8')) as SampleIndex;
  const general = samples.find((sample) => sample.kind === 'general');
  if (!general) return { name: '', documents: [] };
  return openGeneralText(await corpusFile(fileURLToPath(new URL(general.file, folder))), general.title);
}

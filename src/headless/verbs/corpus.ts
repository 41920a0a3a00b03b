/** `--corpus FILE`, and the general text that stands beside it where the samples are there. */
import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CorpusFile, DocumentFormat, SampleIndex } from '../../corpus/index';
import { asLabError, LabError } from '../../error';
import { openCorpus, openGeneralText, type CorpusText, type GeneralText } from '../../lab/index';
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

export async function corpusOf(command: Command): Promise<CorpusText> {
  const file = await corpusFile(command.text('corpus')!);
  const general = command.text('general');
  const elsewhere =
    general === undefined ? await generalText() : await openGeneralText(await corpusFile(general), general);
  const textField = command.text('field');
  const format = command.text('documents') as DocumentFormat | 'auto' | undefined;
  return openCorpus([file], elsewhere, {
    onProgress: progressLine(),
    ...(format === undefined || format === 'auto' ? {} : { format }),
    ...(textField === undefined ? {} : { textField }),
  });
}

/** Every document of the file, none held out. A file that is one document counts as one. */
export async function allDocuments(command: Command): Promise<readonly string[]> {
  const path = command.text('corpus')!;
  try {
    const { train, heldOut } = await openCorpus([await corpusFile(path)], { name: '', documents: [] });
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

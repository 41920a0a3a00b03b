/** What the page serves beside itself: the bundled model and the sample corpora. No other address is ever asked. */
import { fetchTree, type FileTree } from '../checkpoint/index';
import type { CorpusFile, SampleCorpus, SampleIndex } from '../corpus/index';
import { LabError, missingFileHint } from '../error';

// The worker's script lies in assets/ of the build, and the public files one level up; the development server has them
// at its root.
const root = new URL(import.meta.env.DEV ? '/' : '../', self.location.href);

/** The folder's files; none is probed for, and all of them are kept for use without a network. */
export const ROOTSTOCK_FILES = [
  'README.md',
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
] as const;

export function bundledModel(signal: AbortSignal): Promise<FileTree> {
  return fetchTree(new URL('models/rootstock/', root), { name: 'rootstock', names: ROOTSTOCK_FILES, signal });
}

export async function sampleIndex(): Promise<readonly SampleCorpus[]> {
  const response = await get('samples/index.json');
  return ((await response.json()) as SampleIndex).samples;
}

export async function sampleNamed(id: string): Promise<SampleCorpus> {
  const found = (await sampleIndex()).find((sample) => sample.id === id);
  if (!found)
    throw new LabError('corpus/no-sample', `There is no sample called \`${id}\`.`, 'Choose one that is listed.');
  return found;
}

export async function sampleFile({ file }: SampleCorpus): Promise<CorpusFile> {
  const blob = await (await get(`samples/${file}`)).blob();
  return { name: file, size: blob.size, stream: () => blob.stream() };
}

export async function get(path: string): Promise<Response> {
  const response = await fetch(new URL(path, root)).catch(() => undefined);
  if (response?.ok) return response;
  throw new LabError(
    'page/missing-file',
    `\`${path}\` could not be read from the page's own server${response ? ` (status ${response.status})` : ''}.`,
    missingFileHint(response?.status),
    { path, status: response?.status ?? null },
  );
}

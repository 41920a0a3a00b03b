/** Conversations beside the corpus: opened from files or one of the page's own; loaded when first asked for. */
import { openInstructions, type Instructions } from '../lab/index';
import { get } from './publicFiles';
import type { SampleIndex } from '../corpus/index';
import { LabError } from '../error';
import type { InstructionSource } from './api';

export interface OpenedInstructions {
  readonly instructions: Instructions;
  /** As a specification names them. */
  readonly named: { readonly sample: string } | { readonly name: string };
}

/** Throws `corpus/bad-conversations`. */
export async function openedInstructions(source: InstructionSource, signal: AbortSignal): Promise<OpenedInstructions> {
  if ('files' in source) {
    const instructions = await openInstructions(source.files, { signal });
    return { instructions, named: { name: instructions.summary.name } };
  }
  const { instructions: known } = (await (await get('samples/index.json')).json()) as SampleIndex;
  const sample = known.find(({ id }) => id === source.sample);
  if (!sample) {
    const all = known.map(({ id }) => id).join(', ');
    throw new LabError(
      'corpus/no-sample',
      `There are no instructions called \`${source.sample}\`.`,
      `There are: ${all}.`,
    );
  }
  const blob = await (await get(`samples/${sample.file}`)).blob();
  const file = { name: sample.file, size: blob.size, stream: () => blob.stream() };
  const { title: name, source: from, licence } = sample;
  const instructions = await openInstructions([file], { name, source: from, licence, signal });
  return { instructions, named: { sample: sample.id } };
}

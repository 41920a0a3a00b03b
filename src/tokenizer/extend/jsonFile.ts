// JSON files in and out, written the way they were read: on one line or indented, with or without a last newline.
import { LabError } from '../../error';
import type { TokenizerFiles } from './tokenizerFiles';

export function parseFile(files: TokenizerFiles, name: keyof TokenizerFiles): unknown {
  try {
    return JSON.parse(files[name] ?? '');
  } catch (cause) {
    throw new LabError(
      'tokenizer/invalid',
      `${name} is not JSON: ${(cause as Error).message}.`,
      'The file is damaged; take it from the model’s own repository again.',
      { file: name },
      cause,
    );
  }
}

export function formatLike(original: string, value: unknown): string {
  const indent = /^[[{]\r?\n([ \t]+)/u.exec(original)?.[1] ?? '';
  return JSON.stringify(value, null, indent) + (original.endsWith('\n') ? '\n' : '');
}

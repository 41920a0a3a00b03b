// JSON files in and out, written the way they were read: on one line or indented, with or without a last newline.
import { LabError } from '../../error';
import { refuseLfsPointer } from '../../gitLfs';
import type { TokenizerFiles } from './tokenizerFiles';

/** The Rust library reads no deeper. */
const DEEPEST = 128;

/** @throws LabError tokenizer/pointer, tokenizer/invalid for what is no JSON, or nests too deep for other readers. */
export function parseFile(files: Partial<TokenizerFiles>, name: keyof TokenizerFiles): unknown {
  const text = files[name] ?? '';
  refuseLfsPointer(name, text, 'tokenizer/pointer');
  if (nesting(text) > DEEPEST) {
    throw new LabError(
      'tokenizer/invalid',
      `${name} nests deeper than ${DEEPEST} levels.`,
      'No tokenizer does; take the file from the model’s own repository again.',
      { file: name },
    );
  }
  try {
    return JSON.parse(text);
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

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 34) inString = !inString;
    else if (inString) at += unit === 92 ? 1 : 0;
    else if (unit === 91 || unit === 123) deepest = Math.max(deepest, ++depth);
    else if (unit === 93 || unit === 125) depth--;
  }
  return deepest;
}

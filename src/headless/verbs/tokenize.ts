/** `tokenize`: ids, texts and UTF-16 spans, and how many bytes a token covers. */
import { readFileSync } from 'node:fs';
import { LabError } from '../../error';
import { piecesOf, utf8Bytes } from '../../lab/index';
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { modelOf } from './model';

export async function tokenizeVerb(command: Command): Promise<Answer> {
  const text = command.text('text') ?? fileText(command.text('file'));
  const { tokenizer } = await modelOf(command);
  const pieces = piecesOf(tokenizer, text, undefined, { specialTokens: command.isSet('special-tokens') });
  const bytes = utf8Bytes(text);
  const value = {
    ids: pieces.map((piece) => piece.id),
    tokens: pieces,
    bytes,
    bytesPerToken: bytes / Math.max(1, pieces.length),
  };
  const shown = pieces.map((piece) => `${piece.id}\t${piece.text}`);
  return {
    value,
    text: [...shown, `${pieces.length} tokens, ${value.bytesPerToken.toFixed(2)} bytes per token`].join('\n'),
  };
}

function fileText(path: string | undefined): string {
  if (path === undefined) {
    throw new LabError('headless/bad-arguments', '`tokenize` needs `--text TEXT` or `--file FILE`.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (cause) {
    const hint = 'Check the path; the file must be UTF-8 text.';
    throw new LabError('headless/unreadable', `\`${path}\` could not be read: ${String(cause)}`, hint, { path }, cause);
  }
}

/** `tokenize`: ids, pieces and the characters they cover, and how many bytes a token covers. */
import { readFileSync } from 'node:fs';
import { LabError } from '../../error';
import { utf8Bytes } from '../../lab/index';
import { lostBytesOf } from '../../tokenizer/index';
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { tokenizerOf } from './model';

export async function tokenizeVerb(command: Command): Promise<Answer> {
  const text = command.text('text') ?? fileText(command.text('file'));
  const tokenizer = await tokenizerOf(command);
  const encoding = tokenizer.encode(text, { specialTokens: !command.isSet('no-special-tokens') });
  const { ids, starts, ends } = encoding;
  const bytes = utf8Bytes(text);
  const lostBytes = lostBytesOf(text, encoding);
  const character = characterIndex(text);
  const value = {
    ids: Array.from(ids),
    pieces: Array.from(ids, (id) => tokenizer.piece(id)),
    offsets: Array.from(ids, (_, at) => [character(starts[at]!), character(ends[at]!)]),
    bytes,
    /** An unknown token covers any number of bytes: no length where text is lost. */
    bytesPerToken: lostBytes > 0 ? null : bytes / Math.max(1, ids.length),
    lostBytes,
    lost: encoding.lost.map(({ start, end }) => [character(start), character(end)]),
  };
  const shown = value.ids.map((id) => `${id}\t${tokenizer.tokenText(id)}`);
  return {
    value,
    text: [
      ...shown,
      value.bytesPerToken === null
        ? `${ids.length} tokens; ${lostBytes} of ${bytes} bytes are lost, since the tokenizer has no token for them`
        : `${ids.length} tokens, ${value.bytesPerToken.toFixed(2)} bytes per token`,
    ].join('\n'),
  };
}

/** From UTF-16 units, as JavaScript counts, to characters, as Python and Rust count. */
function characterIndex(text: string): (unit: number) => number {
  const characters = new Uint32Array(text.length + 1);
  for (let unit = 0, character = 0; unit <= text.length; unit++) {
    characters[unit] = character;
    const isFirstHalf = (text.codePointAt(unit) ?? 0) > 0xffff;
    if (!isFirstHalf) character++;
  }
  return (unit) => characters[unit]!;
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

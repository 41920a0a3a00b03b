/**
 * The tokens that a GGUF file lists, without those that are none: a converter names every row, also rows that no token
 * has, and those are the model's spare rows. What older files leave out (kinds of tokens, ids of the usual special tokens)
 * is filled in as llama.cpp does.
 */
import { metadataError, type GgufMetadata } from './metadata';

/** llama.cpp's `llama_token_type`. */
export const KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Piece {
  readonly id: number;
  readonly text: string;
  readonly kind: number;
  readonly score: number;
}

export type Role = 'bos' | 'eos' | 'unknown' | 'padding';

/** Of `tokenizer.ggml.model` "llama", where the file names none: [id, what stands there]. */
const USUAL: Readonly<Partial<Record<Role, readonly [id: number, text: string]>>> = {
  unknown: [0, '<unk>'],
  bos: [1, '<s>'],
  eos: [2, '</s>'],
};

/** The id of a special token. 2^32 - 1, and any other id without a token, stands for "none". */
export function roleId(metadata: GgufMetadata, role: Role): number | undefined {
  const stated = metadata.whole(`tokenizer.ggml.${role}_token_id`);
  if (stated !== undefined || metadata.text('tokenizer.ggml.model') !== 'llama') return stated;
  const [id, text] = USUAL[role] ?? [];
  return id !== undefined && metadata.texts('tokenizer.ggml.tokens')?.[id] === text ? id : undefined;
}

/** In the order of ids. Throws `checkpoint/gguf-metadata`. */
export function readPieces(metadata: GgufMetadata): Piece[] {
  const texts = metadata.needed('tokenizer.ggml.tokens', metadata.texts('tokenizer.ggml.tokens'));
  const kinds = metadata.numbers('tokenizer.ggml.token_type');
  const scores = metadata.numbers('tokenizer.ggml.scores');
  for (const [key, list] of Object.entries({ 'tokenizer.ggml.token_type': kinds, 'tokenizer.ggml.scores': scores })) {
    if (!list || list.length === texts.length) continue;
    throw metadataError(metadata.file, `has ${list.length} values of \`${key}\` for ${texts.length} tokens`, { key });
  }
  const odd = kinds?.findIndex((kind) => !(kind >= 0 && kind <= KIND.byte)) ?? -1;
  if (odd !== -1)
    throw metadataError(metadata.file, `gives the token ${odd} the kind ${kinds![odd]}, which there is not`);
  if (scores?.some(Number.isNaN)) throw metadataError(metadata.file, 'has a score that is no number');
  const kindOf = kinds ? (_: string, id: number) => kinds[id]! : impliedKinds(metadata);
  const all = texts.map((text, id): Piece => ({ id, text, kind: kindOf(text, id), score: scores?.[id] ?? 0 }));
  const placeholders = placeholderIds(all);
  // llama.cpp gives an empty token a name of its own making: no text is ever cut into it.
  const pieces = all.filter(({ id, text }) => text !== '' && !placeholders.has(id));
  const seen = new Map<string, number>();
  for (const { id, text } of pieces) {
    const other = seen.get(text);
    if (other !== undefined) {
      throw metadataError(
        metadata.file,
        `gives ids ${other} and ${id} to the same token ${JSON.stringify(text).slice(0, 60)}`,
      );
    }
    seen.set(text, id);
  }
  if (pieces.length === 0) throw metadataError(metadata.file, 'has no tokens');
  return pieces;
}

/** Where `token_type` is missing: special tokens by their roles, byte pieces by their form, all others are normal. */
function impliedKinds(metadata: GgufMetadata): (text: string, id: number) => number {
  const unknown = roleId(metadata, 'unknown');
  const control = new Set((['bos', 'eos', 'padding'] as const).map((role) => roleId(metadata, role)));
  const hasBytes = metadata.text('tokenizer.ggml.model') === 'llama';
  return (text, id) => {
    if (id === unknown) return KIND.unknown;
    if (control.has(id)) return KIND.control;
    return hasBytes && /^<0x[0-9A-F]{2}>$/.test(text) ? KIND.byte : KIND.normal;
  };
}

/** Names of rows without a token: convert_hf_to_gguf.py's, convert.py's with `--pad-vocab`, and that of other scripts. */
const PLACEHOLDER = /^(?:\[PAD(\d{1,9})\]|<dummy(\d{1,9})>|<pad(\d{1,9})>)$/;

/**
 * A placeholder is told by its form and its number, whatever kind the file gives it (before 2024 it was "user-defined"): the
 * number is its id, or it ends a list that counts up from 0 or 1 to the last row, or its kind is "unused".
 */
function placeholderIds(pieces: readonly Piece[]): ReadonlySet<number> {
  const numberOf = ({ text }: Piece): number | undefined => {
    const found = PLACEHOLDER.exec(text)
      ?.slice(1)
      .find((digits) => digits !== undefined);
    return found === undefined ? undefined : Number(found);
  };
  const ids = new Set<number>();
  for (const piece of pieces) {
    const number = numberOf(piece);
    if (number !== undefined && (number === piece.id || piece.kind === KIND.unused)) ids.add(piece.id);
  }
  const last = pieces.at(-1);
  const count = last && numberOf(last);
  if (count === undefined) return ids;
  let first = pieces.length;
  while (first > 0 && numberOf(pieces[first - 1]!) === count - (pieces.length - first)) first--;
  if (first < pieces.length && numberOf(pieces[first]!)! <= 1) {
    for (let id = first; id < pieces.length; id++) ids.add(id);
  }
  return ids;
}

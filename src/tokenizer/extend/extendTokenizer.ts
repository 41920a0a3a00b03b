// Writes new pieces into a tokenizer's files. Old ids never change: the result is loaded again and compared before it is
// handed out. New pieces are vocabulary with merges, never added tokens, which would match before the pre-tokenizer and
// cut its context.
import { LabError } from '../../error';
import { wholeTokenizer } from '../addedTokens/outsideTokens';
import { asObject, type JsonObject } from '../json';
import { loadTokenizer } from '../loadTokenizer';
import type { AddedPiece, NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import { addedTokenJson, extendTokenizerJson } from './extendTokenizerJson';
import { formatLike, parseFile } from './jsonFile';
import type { TokenizerFiles } from './tokenizerFiles';

export interface ExtendedTokenizer {
  readonly files: TokenizerFiles;
  /** Loaded from `files`. */
  readonly tokenizer: Tokenizer;
}

/**
 * @param newPieces with ids above all ids of the tokenizer, each after the pieces it is the merge of.
 * @throws LabError tokenizer/invalid, tokenizer/unsupported for files that cannot be read;
 *   tokenizer/extension-changed-ids if the written file would give an old token another id.
 */
export function extendTokenizer(files: TokenizerFiles, newPieces: readonly NewPiece[]): ExtendedTokenizer {
  const { json, config } = wholeTokenizer(files);
  const old = loadTokenizer(json, config);
  const extendedJson = extendTokenizerJson(json, old, newPieces);
  const spelled = new Map(newPieces.map((piece) => [piece.id, piece.piece]));
  const spelling = (id: number): string => spelled.get(id) ?? old.piece(id);

  const written: Record<string, string> = { ...files };
  written['tokenizer.json'] = formatLike(files['tokenizer.json'], extendedJson);
  const vocab = files['vocab.json'];
  if (vocab !== undefined) {
    const pieces = asObject(parseFile(files, 'vocab.json'), 'vocab.json');
    const added = Object.fromEntries(newPieces.map(({ piece, id }) => [piece, id]));
    written['vocab.json'] = formatLike(vocab, { ...pieces, ...added });
  }
  const merges = files['merges.txt'];
  if (merges !== undefined) {
    const lines = newPieces.map((piece) =>
      piece.kind === 'merge' ? `${spelling(piece.left)} ${spelling(piece.right)}\n` : '',
    );
    written['merges.txt'] = merges.replace(/\n*$/u, '\n') + lines.join('');
  }
  const tokenizer = loadTokenizer(extendedJson, config);
  checkOldIds(old, tokenizer);
  const added = newPieces.filter((piece) => piece.kind === 'added');
  if (files['added_tokens.json'] !== undefined && added.length > 0) {
    const known = asObject(parseFile(files, 'added_tokens.json'), 'added_tokens.json');
    const more = Object.fromEntries(added.map(({ piece, id }) => [piece, id]));
    written['added_tokens.json'] = formatLike(files['added_tokens.json'], { ...known, ...more });
  }
  if (files['tokenizer_config.json'] !== undefined) {
    const fields = asObject(parseFile(files, 'tokenizer_config.json'), 'tokenizer_config.json');
    const changed = configChanges(fields, added, tokenizer);
    if (Object.keys(changed).length > 0) {
      written['tokenizer_config.json'] = formatLike(files['tokenizer_config.json'], { ...fields, ...changed });
    }
  }
  return { files: written as TokenizerFiles, tokenizer };
}

/** What transformers repeats of tokenizer.json in tokenizer_config.json, where it is there. */
function configChanges(config: JsonObject, added: readonly AddedPiece[], tokenizer: Tokenizer): JsonObject {
  const { vocab_size: size, added_tokens_decoder: decoder } = config;
  const more = Object.fromEntries(
    added.map((piece) => {
      const { id, ...token } = addedTokenJson(piece);
      return [String(id), token];
    }),
  );
  return {
    ...(typeof size === 'number' && { vocab_size: tokenizer.vocabSize }),
    ...(decoder !== undefined &&
      added.length > 0 && {
        added_tokens_decoder: { ...asObject(decoder, 'tokenizer_config.json: added_tokens_decoder'), ...more },
      }),
  };
}

function checkOldIds(old: Tokenizer, extended: Tokenizer): void {
  for (let id = 0; id <= old.largestId; id++) {
    if (old.hasId(id) && (!extended.hasId(id) || extended.piece(id) !== old.piece(id))) {
      throw new LabError(
        'tokenizer/extension-changed-ids',
        `Extending the tokenizer would change id ${id} (${JSON.stringify(old.piece(id))}).`,
        'This is a defect of Tokengraft; please report it with the model’s name.',
        { id },
      );
    }
  }
}

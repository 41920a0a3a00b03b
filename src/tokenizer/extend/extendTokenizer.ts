// Writes new pieces into a tokenizer's files. Old ids never change: the result is loaded again and compared before it is
// handed out. New pieces are vocabulary with merges, never added tokens, which would match before the pre-tokenizer and
// cut its context.
import { LabError } from '../../error';
import { wholeTokenizer } from '../addedTokens/outsideTokens';
import { asObject, type JsonObject } from '../json';
import { loadTokenizer } from '../loadTokenizer';
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import { extendTokenizerJson } from './extendTokenizerJson';
import { formatLike, parseFile } from './jsonFile';
import { agreeingAddedTokens, agreeingConfig, agreeingMap } from './sideFiles';
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
  const { json, config, named } = wholeTokenizer(files);
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
  const extended = loadTokenizer(extendedJson, config);
  const added = newPieces.filter(({ kind }) => kind === 'added').map(({ piece }) => piece);
  const rewrite = (name: keyof TokenizerFiles, change: (before: JsonObject) => JsonObject): void => {
    const text = files[name];
    if (text === undefined) return;
    const before = asObject(parseFile(files, name), name);
    const after = change(before);
    if (JSON.stringify(after) !== JSON.stringify(before)) written[name] = formatLike(text, after);
  };
  rewrite('tokenizer_config.json', (before) => agreeingConfig(before, named, extended));
  rewrite('special_tokens_map.json', (before) => agreeingMap(before, named, extended));
  rewrite('added_tokens.json', (before) => agreeingAddedTokens(before, added, extended));
  const whole = wholeTokenizer(written as TokenizerFiles);
  const tokenizer = loadTokenizer(whole.json, whole.config);
  checkOldIds(old, tokenizer);
  return { files: written as TokenizerFiles, tokenizer };
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

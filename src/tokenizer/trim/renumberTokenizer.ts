// A tokenizer's files with other ids, and without the tokens that get none: with what is merged from them, in every file. Pieces, the
// order of merges and all rules stay. Trimming numbers the kept tokens on; putting new tokens where old ones were numbers back.
import { LabError } from '../../error';
import { wholeTokenizer } from '../addedTokens/outsideTokens';
import { formatLike, parseFile } from '../extend/jsonFile';
import { agreeingAddedTokens, agreeingConfig, agreeingMap } from '../extend/sideFiles';
import type { TokenizerFiles } from '../extend/tokenizerFiles';
import { asArray, asObject, type JsonObject } from '../json';
import { loadTokenizer } from '../loadTokenizer';
import { readMerge } from '../model/createModel';

/** The id that a token gets; undefined: it goes. Of two tokens never the same. */
export type NewIdOf = (id: number) => number | undefined;

/** @throws LabError tokenizer/invalid; tokenizer/renumbering-changed-pieces where a reader of the files would number otherwise. */
export function renumberTokenizer(files: TokenizerFiles, newIdOf: NewIdOf): TokenizerFiles {
  const { json, config, named } = wholeTokenizer(files);
  const old = loadTokenizer(json, config);
  const model = asObject(json.model, 'model');
  const ids = asObject(model.vocab, 'model.vocab') as Readonly<Record<string, number>>;
  const has = (piece: string): boolean => Object.hasOwn(ids, piece) && newIdOf(ids[piece]!) !== undefined;
  const isKept = (merge: unknown, field: string): boolean => {
    const [left, right] = readMerge(merge, field);
    return has(left) && has(right) && has(left + right);
  };
  const vocab = renumbered(ids, newIdOf);
  // The Rust library heeds the ids of added tokens only where the vocabulary has them.
  for (const { id, content } of old.addedTokens) vocab[content] ??= newIdOf(id)!;
  const made: JsonObject = {
    ...json,
    added_tokens: asArray(json.added_tokens ?? [], 'added_tokens').map((entry) => {
      const token = asObject(entry, 'added_tokens');
      return { ...token, id: newIdOf(token.id as number) };
    }),
    ...(json.post_processor ? { post_processor: renumberedTemplate(json.post_processor as JsonObject, newIdOf) } : {}),
    model: {
      ...model,
      vocab,
      merges: asArray(model.merges, 'model.merges').filter((merge, rank) => isKept(merge, `model.merges[${rank}]`)),
    },
  };
  const written: Record<string, string> = { ...files, 'tokenizer.json': formatLike(files['tokenizer.json'], made) };
  if (files['vocab.json'] !== undefined) {
    const known = asObject(parseFile(files, 'vocab.json'), 'vocab.json') as Readonly<Record<string, number>>;
    written['vocab.json'] = formatLike(files['vocab.json'], renumbered(known, newIdOf));
  }
  const merges = files['merges.txt'];
  if (merges !== undefined) {
    const lines = merges
      .split('\n')
      .filter((line) => line === '' || line.startsWith('#version') || isKept(line, 'merges.txt'));
    written['merges.txt'] = lines.join('\n');
  }
  const tokenizer = loadTokenizer(made, config);
  const rewrite = (name: keyof TokenizerFiles, change: (before: JsonObject) => JsonObject): void => {
    const text = files[name];
    if (text !== undefined) written[name] = formatLike(text, change(asObject(parseFile(files, name), name)));
  };
  rewrite('tokenizer_config.json', (before) => agreeingConfig(before, named, tokenizer));
  rewrite('special_tokens_map.json', (before) => agreeingMap(before, named, tokenizer));
  rewrite('added_tokens.json', (before) => agreeingAddedTokens(before, [], tokenizer));
  requirePieces(files, written as TokenizerFiles, newIdOf);
  return written as TokenizerFiles;
}

/** In the order of the new ids. */
function renumbered(ids: Readonly<Record<string, number>>, newIdOf: NewIdOf): Record<string, number> {
  const kept = Object.entries(ids).flatMap(([piece, id]): [string, number][] => {
    const next = newIdOf(id);
    return next === undefined ? [] : [[piece, next]];
  });
  // Without a prototype, so that a piece named `__proto__` is a piece.
  const vocab = Object.create(null) as Record<string, number>;
  for (const [piece, id] of kept.sort((a, b) => a[1] - b[1])) vocab[piece] = id;
  return vocab;
}

/** What is put around texts names tokens by id as well. */
function renumberedTemplate(json: JsonObject, newIdOf: NewIdOf): JsonObject {
  const pair = (value: unknown): unknown => (Array.isArray(value) ? [value[0], newIdOf(value[1] as number)] : value);
  switch (json.type) {
    case 'Sequence': {
      const parts = asArray(json.processors, 'post_processor.processors');
      return { ...json, processors: parts.map((part) => renumberedTemplate(part as JsonObject, newIdOf)) };
    }
    case 'TemplateProcessing': {
      const tokens = Object.entries(asObject(json.special_tokens ?? {}, 'post_processor.special_tokens'));
      const moved = tokens.map(([name, value]) => {
        const token = asObject(value, 'post_processor.special_tokens');
        return [name, { ...token, ids: (token.ids as number[]).map((id) => newIdOf(id)) }] as const;
      });
      return { ...json, special_tokens: Object.fromEntries(moved) };
    }
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { ...json, cls: pair(json.cls), sep: pair(json.sep) };
    default:
      return json;
  }
}

function requirePieces(before: TokenizerFiles, after: TokenizerFiles, newIdOf: NewIdOf): void {
  const [old, renewed] = [before, after].map((files) => {
    const { json, config } = wholeTokenizer(files);
    return loadTokenizer(json, config);
  });
  for (let id = 0; id <= old!.largestId; id++) {
    const next = old!.hasId(id) ? newIdOf(id) : undefined;
    if (next === undefined || (renewed!.hasId(next) && renewed!.piece(next) === old!.piece(id))) continue;
    throw new LabError(
      'tokenizer/renumbering-changed-pieces',
      `Numbering the tokenizer anew would lose ${JSON.stringify(old!.piece(id))} (id ${id}).`,
      'This is a defect of Tokengraft; please report it with the model’s name.',
      { id },
    );
  }
}

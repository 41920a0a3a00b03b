// WordPiece (BERT): the longest known piece from the left, again and again; a word with any unknown part is unknown whole.
import { asIndex, asObject, asString, invalid, unsupported } from '../json';
import { WORDPIECE_PREFIX } from '../family';
import type { Model, Segmentation } from './model';

export class WordPiece implements Model {
  constructor(
    readonly vocabulary: ReadonlyMap<string, number>,
    private readonly unknownId: number,
    private readonly longestWord: number,
  ) {}

  segment(word: string): Segmentation {
    const lost = [{ start: 0, end: word.length, tokens: 1 }];
    const unknown = { ids: [this.unknownId], starts: [0], ends: [word.length], lost };
    if (Array.from(word).length > this.longestWord) return unknown;
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    for (let from = 0; from < word.length;) {
      let to = word.length;
      let id: number | undefined;
      for (; to > from; to -= lastCharacterLength(word, to)) {
        id = this.vocabulary.get((from > 0 ? WORDPIECE_PREFIX : '') + word.slice(from, to));
        if (id !== undefined) break;
      }
      if (id === undefined) return unknown;
      ids.push(id);
      starts.push(from);
      ends.push(to);
      from = to;
    }
    return { ids, starts, ends };
  }
}

export function createWordPiece(json: unknown, vocabulary: ReadonlyMap<string, number>, field: string): WordPiece {
  const model = asObject(json, field);
  const unknown = asString(model.unk_token, `${field}.unk_token`);
  const unknownId = vocabulary.get(unknown);
  if (unknownId === undefined)
    throw invalid(`${field}.unk_token`, `is ${JSON.stringify(unknown)}, which \`vocab\` lacks`);
  const prefix = asString(model.continuing_subword_prefix, `${field}.continuing_subword_prefix`);
  if (prefix !== WORDPIECE_PREFIX)
    throw unsupported(`${field}.continuing_subword_prefix`, `is ${JSON.stringify(prefix)}`);
  return new WordPiece(
    vocabulary,
    unknownId,
    asIndex(model.max_input_chars_per_word ?? 100, `${field}.max_input_chars_per_word`),
  );
}

function lastCharacterLength(text: string, end: number): number {
  const unit = text.charCodeAt(end - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && end > 1 ? 2 : 1;
}

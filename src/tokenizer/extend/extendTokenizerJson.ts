// tokenizer.json with new pieces: vocabulary and merges appended, in the merge format the file has.
import { asArray, asObject, invalid, type JsonObject } from '../json';
import { readMerge } from '../model/createModel';
import type { AddedPiece, NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';

export function extendTokenizerJson(json: JsonObject, old: Tokenizer, newPieces: readonly NewPiece[]): JsonObject {
  const model = asObject(json.model, 'model');
  // Copied without a prototype, so that a piece named `__proto__` is a piece.
  const vocab: Record<string, unknown> = Object.assign(Object.create(null), asObject(model.vocab, 'model.vocab'));
  // The Rust library heeds the id of an added token only where its content stands in the vocabulary, and otherwise numbers
  // on from the vocabulary's size. Without these entries new pieces would move `<|begin_of_text|>` in Llama 3.
  for (const token of old.addedTokens) vocab[token.content] ??= token.id;

  const spelled = new Map<number, string>();
  const spelling = (id: number): string => spelled.get(id) ?? old.piece(id);
  const newMerges: [string, string][] = [];
  const added: JsonObject[] = [];
  for (const newPiece of newPieces) {
    const { id, piece } = newPiece;
    if (id <= old.largestId || spelled.has(id))
      throw invalid('model.vocab', `has id ${id} already, wanted for a new piece`);
    if (vocab[piece] !== undefined) throw invalid('model.vocab', `has the new piece ${JSON.stringify(piece)} already`);
    if (newPiece.kind === 'merge') {
      const parts: [string, string] = [spelling(newPiece.left), spelling(newPiece.right)];
      if (parts.join('') !== piece) {
        const { left, right } = newPiece;
        throw invalid('model.merges', `would not make ${JSON.stringify(piece)} of pieces ${left} and ${right}`);
      }
      newMerges.push(parts);
    } else if (newPiece.kind === 'added') {
      added.push(addedTokenJson(newPiece));
    }
    spelled.set(id, piece);
    // Added tokens too: the Rust library heeds their ids only where the vocabulary has them.
    vocab[piece] = id;
  }
  const extended = {
    ...json,
    model: { ...model, vocab, merges: appended(asArray(model.merges, 'model.merges'), newMerges) },
  };
  if (added.length === 0) return extended;
  return { ...extended, added_tokens: [...asArray(json.added_tokens ?? [], 'added_tokens'), ...added] };
}

/** `"a b"` where the file writes merges so and no new piece holds a space, pairs otherwise. */
function appended(merges: readonly unknown[], added: readonly (readonly [string, string])[]): unknown[] {
  const asText = typeof merges[0] === 'string';
  if (!asText) return [...merges, ...added];
  const hasSpace = added.some(([left, right]) => left.includes(' ') || right.includes(' '));
  if (!hasSpace) return [...merges, ...added.map(([left, right]) => `${left} ${right}`)];
  return [...merges.map((merge, rank) => readMerge(merge, `model.merges[${rank}]`)), ...added];
}

/** As tokenizer.json writes an added token. */
export function addedTokenJson({ id, piece: content }: AddedPiece): JsonObject {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
  return { id, content, ...flags };
}

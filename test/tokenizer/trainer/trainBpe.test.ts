// Training from scratch against the Rust BpeTrainer: the same merges in the same order, down to the last tie.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { byteLevelVocabulary, countWords, loadTokenizer, trainBpe } from '../../../src/tokenizer/index';
import { CORPORA } from '../smallCorpora';

const template = (vocab: Record<string, number>) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, byte_fallback: false, vocab, merges: [] },
});

/** Words longer than the buffers that segmenting begins with. */
const longWords = Array.from({ length: 40 }, (_, document) =>
  Array.from({ length: 20 * document }, (_, at) => 'acgt'[((at * at * 7 + document * at * 13) >> 3) & 3]).join(''),
);

describe('trainBpe', () => {
  let folder = '';
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tokengraft-trainer-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([...Object.entries(CORPORA), ['words of hundreds of letters', longWords] as const])(
    'learns the merges of the Rust trainer in its order: %s',
    async (name, documents) => {
      const lines = documents.map((document) => (document.endsWith('\n') ? document : `${document}\n`));
      const file = join(folder, `${name}.txt`);
      writeFileSync(file, lines.join(''));
      const oracle = RustTokenizer.fromString(JSON.stringify(template({})));
      oracle.train([file]);
      const learned = join(folder, `${name}.json`);
      oracle.save(learned);
      const { model } = JSON.parse(readFileSync(learned, 'utf8'));

      // The Rust trainer's alphabet is the bytes it saw.
      const seen = new Set(new TextEncoder().encode(lines.join('')));
      const alphabet = Object.keys(byteLevelVocabulary([])).filter((piece) => seen.has(byteOf(piece)));
      const blank = loadTokenizer(template(Object.fromEntries(alphabet.toSorted().map((piece, id) => [piece, id]))));
      const { pieces, merges } = await trainBpe(blank, await countWords(blank, lines), {
        vocabSize: 30_000,
        minFrequency: 0,
      });
      expect(merges.length).toBeGreaterThan(150);
      expect(merges.map((pair) => pair.join(' '))).toEqual(
        model.merges.map((pair: string | string[]) => (Array.isArray(pair) ? pair.join(' ') : pair)),
      );
      expect(Object.fromEntries(pieces.map((piece, id) => [piece, id]))).toEqual(model.vocab);
    },
  );

  it('stops at the vocabulary size and at the minimum frequency', async () => {
    const documents = CORPORA.molecules!;
    const blank = loadTokenizer(template(byteLevelVocabulary([])));
    const words = await countWords(blank, documents);
    const { pieces } = await trainBpe(blank, words, { vocabSize: 280, minFrequency: 2 });
    expect(pieces).toHaveLength(280);
    const often = await trainBpe(blank, words, { vocabSize: 5000, minFrequency: 300 });
    expect(often.merges.length).toBeGreaterThan(0);
    expect(often.pieces.length).toBeLessThan(280);
  });
});

function byteOf(piece: string): number {
  const blank = loadTokenizer(template(byteLevelVocabulary([])));
  return blank.tokenBytes(blank.idOfPiece(piece)!)[0]!;
}

// Trains rootstock's tokenizer from its training documents and writes tokenizer.json:
//
//     node scripts/run.mjs scripts/rootstock/tokenizer.ts build/rootstock/train.jsonl public/models/rootstock/tokenizer.json
//
// 4,096 tokens: `<|endoftext|>`, the 256 bytes, and merges of pairs that occur at least twice. The pattern is Llama 3's
// with single digits, so that numbers are cut the same way everywhere. With --check nothing is written; the status says
// whether the file is what training gives.
import { readFileSync, writeFileSync } from 'node:fs';
import { byteLevelVocabulary, countWords, loadTokenizer, trainBpe } from '../../src/tokenizer/index';

const VOCAB_SIZE = 4096;
const DOCUMENT_END = '<|endoftext|>';
const PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };

function tokenizerJson(vocab: Readonly<Record<string, number>>, merges: readonly (readonly [string, string])[]) {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: 0,
        content: DOCUMENT_END,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Split', pattern: { Regex: PATTERN }, behavior: 'Isolated', invert: false }, byteLevel],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}

export async function main(args: readonly string[]): Promise<number> {
  const [trainFile, tokenizerFile] = args.filter((arg) => !arg.startsWith('--'));
  if (trainFile === undefined || tokenizerFile === undefined) {
    console.error('usage: tokenizer.ts TRAIN.jsonl TOKENIZER.json [--check]');
    return 2;
  }
  const lines = readFileSync(trainFile, 'utf8').split('\n').filter(Boolean);
  const documents = lines.map((line) => (JSON.parse(line) as { text: string }).text);
  // Trainers read the spelling of a special token as text; some of the books' documents hold it.
  const blank = loadTokenizer({ ...tokenizerJson(byteLevelVocabulary([DOCUMENT_END]), []), added_tokens: [] });
  const words = await countWords(blank, documents);
  const { pieces, merges } = await trainBpe(blank, words, { vocabSize: VOCAB_SIZE, minFrequency: 2 });
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const text = JSON.stringify(tokenizerJson(vocab, merges), null, 1);
  if (args.includes('--check')) {
    const same = readFileSync(tokenizerFile, 'utf8').trimEnd() === text;
    console.log(same ? `${tokenizerFile} is what training gives` : `${tokenizerFile} differs from what training gives`);
    return same ? 0 : 1;
  }
  writeFileSync(tokenizerFile, text);
  console.log(`${tokenizerFile}: ${pieces.length} tokens from ${documents.length} documents, ${words.bytes} bytes`);
  return 0;
}

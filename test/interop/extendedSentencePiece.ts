/**
 * Extends the SentencePiece tokenizers in folders that Python made, in every way there is, for Python to check; and as if they had come
 * without tokenizer.model (`made.model`).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  extendSentencePieceModel,
  extendTokenizer,
  handMadePieces,
  learnVocabulary,
  loadTokenizer,
  makeSentencePieceModel,
  type NewPiece,
  type Tokenizer,
} from '../../src/tokenizer/index';

interface Job {
  readonly folders: readonly string[];
  readonly domain: readonly string[];
  readonly texts: readonly string[];
}

export async function main([jobFile]: readonly string[]): Promise<number> {
  if (jobFile === undefined) throw new Error('The job’s file is needed.');
  const { folders, domain, texts } = JSON.parse(readFileSync(jobFile, 'utf8')) as Job;
  for (const folder of folders) {
    const files = { 'tokenizer.json': readFileSync(join(folder, 'tokenizer.json'), 'utf8') };
    const model = readFileSync(join(folder, 'tokenizer.model'));
    const json = JSON.parse(files['tokenizer.json']) as Readonly<Record<string, unknown>>;
    const old = loadTokenizer(json);
    const made = makeSentencePieceModel(old, json);
    if (!made) throw new Error(`No tokenizer.model can be made of ${folder}.`);
    for (const [way, pieces] of await waysTo(old, domain)) {
      const { files: written, tokenizer } = extendTokenizer(files, pieces);
      const out = `${folder}-${way}`;
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, 'tokenizer.json'), written['tokenizer.json']);
      writeFileSync(join(out, 'tokenizer.model'), extendSentencePieceModel(model, tokenizer));
      writeFileSync(join(out, 'made.model'), extendSentencePieceModel(made, tokenizer));
      const ids = texts.map((text) => Array.from(tokenizer.encode(text).ids));
      writeFileSync(
        join(out, 'expected.json'),
        JSON.stringify({ ids, tokens: pieces.map(({ id, piece }) => [id, piece]) }),
      );
    }
  }
  return 0;
}

async function waysTo(tokenizer: Tokenizer, domain: readonly string[]): Promise<[string, readonly NewPiece[]][]> {
  const newTokens = 300;
  const { tokens: continued } = await learnVocabulary(tokenizer, domain, { newTokens });
  const { tokens: digits } = await learnVocabulary(tokenizer, domain, {
    newTokens,
    forbidDigits: false,
    maxPieceLength: 40,
  });
  const { tokens: independent } = await learnVocabulary(tokenizer, domain, { newTokens, method: 'independent' });
  const added = await learnVocabulary(tokenizer, domain, { newTokens: 40, method: 'added' });
  const byHand = handMadePieces(tokenizer, ' tokengraftly', tokenizer.largestId + 1) ?? [];
  return [
    ['continued', continued],
    ['digits', digits],
    ['independent', independent],
    ['byHand', byHand],
    // Llama's normalizer would put a space behind each of them, which the lab refuses.
    ...(added.changed ? [] : [['added', added.tokens] as [string, readonly NewPiece[]]]),
  ];
}

/**
 * `npm run bench:vocabulary`: every way to a vocabulary on published tokenizers and real corpora, at the same number of new
 * ids, held-out bytes per token, and what the diagnosis says; written into docs/vocabulary.md between its markers.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureRealTokenizers, realTokenizerFiles } from '../../scripts/testing/realTokenizers.mjs';
import { LabError } from '../../src/error';
import { countText, diagnose, openCorpus, openGeneralText, sizesOf, type CorpusText } from '../../src/lab/index';
import {
  learnVocabulary,
  loadTokenizer,
  standingOccurrences,
  tenthPercentile,
  type LearnMethod,
  type Tokenizer,
  type VocabularyExtension,
} from '../../src/tokenizer/index';
import { corpora, tokenizers } from './pairs';
import { documentOf, type MethodResult, type PairResult } from './table';

const root = new URL('../../', import.meta.url);
const newTokens = 500;
const methods: readonly LearnMethod[] = ['continued', 'independent', 'added', 'atomic'];
const countedBytes = 256 * 1024;

export async function main(argv: readonly string[]): Promise<number> {
  ensureRealTokenizers();
  const folder = new URL('../shared/data/corpora/', root);
  if (!existsSync(folder)) {
    console.error('The corpora are not on this machine: ../shared/data/corpora.');
    return 1;
  }
  const general = await openGeneralText(fileOf(new URL('public/samples/general-english.txt', root)), 'English prose');
  const results: PairResult[] = [];
  for (const { name, config } of tokenizers) {
    if (argv.length > 0 && !argv.includes(name)) continue;
    const files = realTokenizerFiles(name);
    const tokenizer = loadTokenizer(JSON.parse(files['tokenizer.json']), JSON.parse(files['tokenizer_config.json']));
    const model = { tokenizer, checkpoint: { name, tokenizerFiles: files }, summary: { name, ...sizesOf(config) } };
    for (const { title, file } of corpora) {
      const corpus = await openCorpus([fileOf(new URL(file, folder))], general, { name: title });
      const { diagnosis } = await diagnose(model, corpus);
      const base = await lengths(tokenizer, corpus);
      const found: Partial<Record<LearnMethod, MethodResult>> = {};
      for (const method of methods) found[method] = await measured(tokenizer, corpus, method, base);
      results.push({ tokenizer: name, corpus: title, base: base.heldOut, methods: found, diagnosis });
      console.error(`${name} x ${title}: ${diagnosis.verdict}`);
    }
  }
  const page = new URL('docs/vocabulary.md', root);
  writeFileSync(page, documentOf(readFileSync(page, 'utf8'), results, newTokens));
  return 0;
}

/** Bytes per token. */
interface Lengths {
  readonly heldOut: number;
  readonly general: number;
}

async function lengths(tokenizer: Tokenizer, corpus: CorpusText): Promise<Lengths> {
  const perToken = async (documents: readonly string[]) => {
    const { bytes, tokens } = await countText(tokenizer, documents, countedBytes);
    return bytes / tokens;
  };
  return { heldOut: await perToken(corpus.heldOut), general: await perToken(corpus.general) };
}

async function measured(
  tokenizer: Tokenizer,
  corpus: CorpusText,
  method: LearnMethod,
  base: Lengths,
): Promise<MethodResult> {
  let extension: VocabularyExtension;
  try {
    extension = await learnVocabulary(tokenizer, corpus.train, { method, newTokens, minDocuments: 2 });
  } catch (error) {
    if (error instanceof LabError) return { refused: error.code };
    throw error;
  }
  const { heldOut, general } = await lengths(tokenizer.extended(extension.tokens), corpus);
  return {
    newTokens: extension.tokens.length,
    bytesPerToken: heldOut,
    dead: extension.dead.length,
    exposureP10: tenthPercentile(standingOccurrences(extension.tokens)),
    generalChange: general / base.general - 1,
    changesText: extension.changed !== null,
  };
}

function fileOf(url: URL): File {
  const path = fileURLToPath(url);
  return new File([readFileSync(path)], path.split('/').at(-1)!);
}

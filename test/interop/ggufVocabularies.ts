/**
 * Vocabularies in GGUF files, which llama.cpp publishes for its own tests, as the lab reads them: `ggufVocabularies OUT FILE...` writes
 * JSON {texts, ids by file: of the samples, and of the texts beside the file}.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { openWhole } from '../../src/lab/index';
import { sampleTexts, vocabularyFiles } from './ggufOut';

/** Behind each text of a file. */
const MARK = '\n__ggml_vocab_test__\n';

export async function main([out, ...files]: readonly string[]): Promise<number> {
  if (out === undefined || files.length === 0) throw new Error('A file to write and vocabularies are needed.');
  const texts = sampleTexts();
  const ids: Record<string, unknown> = {};
  for (const file of files) {
    const tokenizerFiles = (await vocabularyFiles(file)) as { 'tokenizer.json': string };
    const { tokenizer } = openWhole({ name: file, tokenizerFiles });
    const idsOf = (text: string) => [...tokenizer.encode(text).ids];
    const published = readFileSync(`${file}.inp`, 'utf8').split(MARK).slice(0, -1);
    ids[file] = { samples: texts.map(idsOf), published: published.map(idsOf) };
  }
  writeFileSync(out, JSON.stringify({ texts, ids }));
  return 0;
}

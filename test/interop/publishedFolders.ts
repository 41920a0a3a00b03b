/**
 * The tokenizer folders of published models, as they are and grafted by the lab, with the ids that the lab gives, for
 * transformers 4 and 5 to read. Further folders come as NAME=FOLDER.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensurePublishedTokenizers,
  ensureRealTokenizers,
  publishedTokenizerFiles,
  publishedTokenizerNames,
  realTokenizerNames,
} from '../../scripts/testing/realTokenizers.mjs';
import { folderSink } from '../../src/checkpoint/node';
import { buildVocabulary, openWhole, tokenizerNotes, writeTokenizer, type CorpusText } from '../../src/lab/index';
import { learnVocabulary, type Tokenizer } from '../../src/tokenizer/index';
import { AWKWARD } from '../tokenizer/awkwardStrings';

/** What config.json says of the model; AutoTokenizer reads it. */
const modelTypes: Readonly<Record<string, string>> = {
  llama2: 'llama',
  llama3: 'llama',
  llama3_1: 'llama',
  qwen3: 'qwen3',
  gemma3: 'gemma3_text',
  gemini: 'gemma',
  gpt4o: 'gpt2',
  gpt35turbo: 'gpt2',
  claude: 'gpt2',
  gptoss: 'gpt_oss',
  deepseek_v3: 'deepseek_v3',
};

const isTokenizerFile = (name: string): boolean =>
  /\.(?:json|txt|jinja)$/u.test(name) && name !== 'generation_config.json';

export async function main([out, ...more]: readonly string[]): Promise<number> {
  if (out === undefined) throw new Error('A folder to write is needed.');
  ensureRealTokenizers();
  ensurePublishedTokenizers();
  const names = [...realTokenizerNames, ...publishedTokenizerNames];
  for (const name of names) {
    const config = JSON.stringify({ model_type: modelTypes[name] });
    await write(out, name, { ...publishedTokenizerFiles(name), 'config.json': config });
  }
  for (const [name, folder] of more.map((pair) => pair.split('=', 2) as [string, string])) {
    const files = readdirSync(folder).filter(isTokenizerFile);
    await write(out, name, Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')])));
  }
  return 0;
}

async function write(out: string, name: string, files: Readonly<Record<string, string>>): Promise<void> {
  const { 'config.json': config = '{}', ...tokenizerFiles } = files;
  const checkpoint = { name, tokenizerFiles };
  const { tokenizer, whole } = openWhole(checkpoint);
  const notes = tokenizerNotes(tokenizer, whole, JSON.parse(config) as Record<string, unknown>);
  const summary = { name, parameters: 0, hiddenSize: 0, embeddingRows: tokenizer.largestId + 1, tied: true, notes };
  const model = { tokenizer, checkpoint, summary };
  const documents = Array.from({ length: 60 }, (_, at) => `qzvxk ${'wjqxz'.slice(at % 3)} brxt${at % 5} qzvxk`);
  const extension = await learnVocabulary(tokenizer, documents, { newTokens: 6 });
  const corpus = { train: documents, heldOut: documents, general: documents, summary: {} as CorpusText['summary'] };
  const vocabulary = await buildVocabulary(model, corpus, extension, extension.tokens.length);

  const special = [...tokenizer.addedTokens.slice(0, 3), ...tokenizer.addedTokens.slice(-3)];
  const texts = [
    ...Object.values(AWKWARD).filter((text) => !/\p{Cs}/u.test(text)),
    ...documents.slice(0, 3),
    ...special.map(({ content }) => `one ${content}two ${content} three`),
  ];
  const expected = (by: Tokenizer) => texts.map((text) => ({ text, ids: [...by.encode(text).ids] }));
  const reading = notes.find((note) => note.kind === 'read-otherwise') ?? null;
  for (const [folder, by] of [
    [join(out, name), tokenizer],
    [join(out, `${name}-grafted`), vocabulary.tokenizer],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), config);
    writeFileSync(join(folder, 'expected.json'), JSON.stringify({ texts: expected(by), reading, length: by.length }));
  }
  for (const [file, text] of Object.entries(tokenizerFiles)) writeFileSync(join(out, name, file), text);
  const { files: written, summary: built } = vocabulary;
  await writeTokenizer(await folderSink(join(out, `${name}-grafted`)), model, {
    files: written,
    newTokens: built.newTokens,
  });
}

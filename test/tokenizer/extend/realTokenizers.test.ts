// Published tokenizers, extended: other libraries load the files, agree on every id, and find every old id in its place.
import { Tokenizer as JavaScriptTokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { realTokenizerFiles, realTokenizerNames } from '../../../scripts/testing/realTokenizers.mjs';
import { extendTokenizer, learnVocabulary, loadTokenizer, type LearnMethod } from '../../../src/tokenizer/index';
import { corpusLines, type CorpusName } from '../../support/corpora';
import { AWKWARD } from '../awkwardStrings';
import { rustEncode, rustTokenizer } from '../rust';

/** The larger ones take seconds to load three times over; they do what everybody does. */
const everyWay = new Set(['llama2', 'llama3']);
const methodsOf = (name: string): readonly [LearnMethod, CorpusName][] => [
  ['continued', 'molecules'],
  ['continued', 'poems'],
  ...(everyWay.has(name)
    ? ([
        ['independent', 'chess'],
        ['atomic', 'molecules'],
      ] satisfies [LearnMethod, CorpusName][])
    : []),
];

describe.each(realTokenizerNames)('%s extended', (name) => {
  const files = realTokenizerFiles(name);
  const parsed = { json: JSON.parse(files['tokenizer.json']), config: JSON.parse(files['tokenizer_config.json']) };
  const old = loadTokenizer(parsed.json, parsed.config);

  it.each(methodsOf(name))('%s on %s', async (method, file) => {
    const documents = corpusLines(file, 3000);
    const { tokens } = await learnVocabulary(old, documents, { method, newTokens: 60 });
    expect(tokens.length).toBeGreaterThan(5);
    const written = extendTokenizer(files, tokens);
    const oracle = rustTokenizer(written.files['tokenizer.json']);
    const javaScript = new JavaScriptTokenizer(
      JSON.parse(written.files['tokenizer.json']),
      JSON.parse(written.files['tokenizer_config.json']!),
    );
    const texts = [
      ...documents.filter((_, at) => at % 20 === 0),
      ...corpusLines('english', 40),
      ...Object.values(AWKWARD),
    ];
    const differences: string[] = [];
    const used = new Set<number>();
    for (const text of texts) {
      const ids = Array.from(written.tokenizer.encode(text).ids);
      for (const id of ids) used.add(id);
      if (ids.join() !== (await rustEncode(oracle, text)).ids.join()) differences.push(`Rust: ${text}`);
      const theirs = javaScript.encode(text, { add_special_tokens: false }).ids;
      // The JavaScript library is a witness where it agreed before: it has differences of its own on odd text.
      if (ids.join() !== theirs.join() && agreedBefore(text)) differences.push(`JavaScript: ${text}`);
    }
    expect(differences).toEqual([]);
    expect(tokens.filter(({ id }) => used.has(id)).length).toBeGreaterThan(2);
    for (let id = 0; id <= old.largestId; id++) {
      if (!old.hasId(id)) continue;
      if (written.tokenizer.piece(id) !== old.piece(id)) differences.push(`id ${id}`);
    }
    for (const { id, content } of old.addedTokens) {
      if (oracle.tokenToId(content) !== id) differences.push(`${content} is ${oracle.tokenToId(content)}`);
    }
    for (const { id, piece } of tokens) if (oracle.tokenToId(piece) !== id) differences.push(`${piece}`);
    expect(differences).toEqual([]);
  });

  let before: JavaScriptTokenizer | undefined;
  function agreedBefore(text: string): boolean {
    before ??= new JavaScriptTokenizer(parsed.json, parsed.config);
    const theirs = before.encode(text, { add_special_tokens: false }).ids;
    return theirs.join() === Array.from(old.encode(text).ids).join();
  }
});

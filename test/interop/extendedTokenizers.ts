/** Extends published tokenizers and writes their folders, with texts and the ids that the codec gives, for Python to check. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRealTokenizers, realTokenizerFiles, realTokenizerNames } from '../../scripts/testing/realTokenizers.mjs';
import { extendTokenizer, learnVocabulary, loadTokenizer } from '../../src/tokenizer/index';
import { corpusLines } from '../support/corpora';

export async function main([out]: readonly string[]): Promise<number> {
  if (out === undefined) throw new Error('A folder to write is needed.');
  ensureRealTokenizers();
  const domain = [...corpusLines('molecules', 1500), ...corpusLines('plays', 300)];
  const texts = [
    ...domain.filter((_, at) => at % 40 === 0),
    ...corpusLines('english', 30),
    '  two  spaces, a tab\t, café, 逸飛 and 🌿; 1,234.5%',
    ' ',
  ];
  for (const name of realTokenizerNames) {
    const files = realTokenizerFiles(name);
    const old = loadTokenizer(JSON.parse(files['tokenizer.json']), JSON.parse(files['tokenizer_config.json']));
    const { tokens } = await learnVocabulary(old, domain, { newTokens: 80 });
    const { files: written, tokenizer } = extendTokenizer(files, tokens);
    const folder = join(out, name);
    for (const [where, contents] of [
      [folder, written],
      [`${folder}-old`, files],
    ] as const) {
      mkdirSync(where, { recursive: true });
      for (const [file, text] of Object.entries(contents)) writeFileSync(join(where, file), text);
    }
    writeFileSync(
      join(folder, 'expected.json'),
      JSON.stringify({
        tokens: tokens.map(({ id, piece }) => [id, piece]),
        texts: texts.map((text) => ({ text, ids: Array.from(tokenizer.encode(text).ids) })),
      }),
    );
  }
  return 0;
}

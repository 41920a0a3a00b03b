/** The lab's ids of every text of some files of JSON lines, and of the awkward strings, by the tokenizer of a folder. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWhole } from '../../src/lab/index';
import { TOKENIZER_FILES } from '../../src/tokenizer/index';
import { AWKWARD } from '../tokenizer/awkwardStrings';

export async function main([folder, out, ...lines]: readonly string[]): Promise<number> {
  if (folder === undefined || out === undefined) throw new Error('A folder and a file to write are needed.');
  const there = TOKENIZER_FILES.filter((name) => existsSync(join(folder, name)));
  const tokenizerFiles = Object.fromEntries(there.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const { tokenizer } = openWhole({ name: folder, tokenizerFiles });
  const documents = lines.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { text: string }).text),
  );
  const awkward = Object.values(AWKWARD).filter((text) => !/\p{Cs}/u.test(text));
  const texts = [...documents, ...awkward];
  writeFileSync(out, JSON.stringify(texts.map((text) => ({ text, ids: [...tokenizer.encode(text).ids] }))));
  return 0;
}

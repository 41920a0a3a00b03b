/** The cases of test/fixtures/outsideResolution.json with new tokens, and the lab's ids, for Python to open. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  extendTokenizer,
  loadTokenizer,
  type NewPiece,
  type Tokenizer,
  type TokenizerFiles,
  wholeTokenizer,
} from '../../src/tokenizer/index';
import { filesOf, fixture } from '../tokenizer/addedTokens/outsideCases';

export async function main([out]: readonly string[]): Promise<number> {
  if (out === undefined) throw new Error('A folder to write is needed.');
  const texts = [fixture.text, 'the xa <a>xa<pad> domain domains'];
  for (const [name, one] of Object.entries(fixture.cases)) {
    const files = filesOf(one);
    let old;
    try {
      old = opened(files);
    } catch {
      continue;
    }
    const first = old.largestId + 1;
    const pieces: NewPiece[] = [
      { kind: 'merge', id: first, piece: 'xa', left: old.idOfPiece('x')!, right: old.idOfPiece('a')! },
      { kind: 'added', id: first + 1, piece: 'domain' },
    ];
    const { files: written, tokenizer } = extendTokenizer(files, pieces);
    const folder = join(out, name.replaceAll('/', '_'), 'written');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'llama' }));
    for (const [file, text] of Object.entries(withClass(written))) writeFileSync(join(folder, file), text);
    const written_ids = texts.map((text) => Array.from(tokenizer.encode(text, { specialTokens: true }).ids));
    const expected = {
      texts,
      length: tokenizer.length,
      written: written_ids,
      readBySource: one.transformers5.refused === undefined,
    };
    writeFileSync(join(folder, '..', 'expected.json'), JSON.stringify(expected));
  }
  return 0;
}

/** As the cases are opened: with the class that obeys the file. */
function withClass(files: Readonly<Record<string, string>>): Record<string, string> {
  const config = JSON.parse(files['tokenizer_config.json'] ?? '{}') as object;
  return {
    ...files,
    'tokenizer_config.json': JSON.stringify({
      tokenizer_class: 'PreTrainedTokenizerFast',
      eos_token: '</s>',
      ...config,
    }),
  };
}

function opened(files: TokenizerFiles): Tokenizer {
  const { json, config } = wholeTokenizer(files);
  return loadTokenizer(json, config);
}

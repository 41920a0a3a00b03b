// Every note of a model's files has a sentence on the page and a line on the command line that name what it is about.
import { describe, expect, it } from 'vitest';
import { noteLine } from '../../src/headless/notes';
import type { ModelNote } from '../../src/lab/index';
import { noteSentence } from '../../src/ui/wording/notes';

const tokens = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: 262144 + index, text: `<t${index}>` }));

const NOTES: readonly (readonly [ModelNote, readonly string[]])[] = [
  [
    { kind: 'tokens-without-rows', tokens: [{ id: 262144, text: '<image_soft_token>' }], embeddingRows: 262144 },
    ['<image_soft_token>', '262144', '262'],
  ],
  [{ kind: 'tokens-without-rows', tokens: tokens(40), embeddingRows: 10 }, ['<t0>', '10']],
  [
    { kind: 'unused-tensors', names: ['v_head.weight', 'vision.weight'], bytes: 2e6 },
    ['v_head.weight', 'vision.weight', '2'],
  ],
  [
    { kind: 'unused-tensors', names: Array.from({ length: 500 }, (_, index) => `vision.${index}`), bytes: 1 },
    ['500', 'vision.0'],
  ],
  [{ kind: 'renamed-tensors', found: '', expected: 'model.', count: 20 }, ['model.']],
  [{ kind: 'renamed-tensors', found: 'module.model.', expected: 'model.', count: 20 }, ['module.model.']],
  [
    { kind: 'head-as-embedding', head: 'lm_head.weight', input: 'model.embed_tokens.weight' },
    ['lm_head.weight', 'model.embed_tokens.weight'],
  ],
  [
    { kind: 'made-tokenizer', from: ['vocab.json', 'merges.txt'], like: 'GPT2Tokenizer' },
    ['vocab.json', 'merges.txt', 'GPT2Tokenizer'],
  ],
];

describe.each(NOTES)('%j', (note, parts) => {
  it.each([
    ['the page', noteSentence(note)],
    ['the command line', noteLine(note)],
  ])('is said on %s, in a line that is not long', (_, said) => {
    for (const part of parts) expect(said.replaceAll(',', '')).toContain(part.replaceAll(',', ''));
    expect(said.length).toBeLessThan(400);
  });
});

import { expect, it } from 'vitest';
import { generateText, type TextModel } from '../../../src/lab/index';
import type { LabError } from '../../../src/error';
import { tinyModelOf } from '../experiment/tinyExperiment';

const room = 32;
const model: TextModel = {
  startId: 0,
  eosTokenIds: [],
  room,
  begin: () => ({
    next: async () => Float32Array.from({ length: 12 }, (_, id) => (id === 3 ? 1 : 0)),
    close: () => undefined,
  }),
};
const usual = { prompt: 'ab', maxTokens: 4, temperature: 0, topK: 0, topP: 1, seed: 1 };

const refused: [setting: object, field: string, message: RegExp][] = [
  [{ maxTokens: 0 }, 'maxTokens', /is 0; expected is a whole number from 1 to 30/],
  [{ maxTokens: 31 }, 'maxTokens', /is 31; expected is a whole number from 1 to 30/],
  [{ maxTokens: 30 }, 'maxTokens', /The prompt has 2 tokens, and 30 are to follow; this model writes at most 31/],
  [{ temperature: Number.NaN }, 'temperature', /is NaN/],
  [{ temperature: -1 }, 'temperature', /is -1; expected is a number from 0/],
  [{ topP: 0 }, 'topP', /above 0 and at most 1/],
  [{ topP: 3 }, 'topP', /above 0 and at most 1/],
  [{ topK: 2.5 }, 'topK', /is 2.5; expected is a whole number/],
  [{ prompt: 'ab'.repeat(20) }, 'maxTokens', /The prompt has \d+ tokens/],
];

it.each(refused)('%j is refused and not cut down', async (setting, field, message) => {
  const { tokenizer } = await tinyModelOf();
  const error = await generateText(model, tokenizer, { ...usual, ...setting }).catch((thrown: LabError) => thrown);
  expect(error).toMatchObject({ message: expect.stringMatching(message), details: { field } });
});

it('writes as many tokens as fit', async () => {
  const { tokenizer } = await tinyModelOf();
  expect(await generateText(model, tokenizer, { ...usual, maxTokens: 29 })).toHaveLength(29);
});

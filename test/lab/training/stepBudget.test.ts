import { readFileSync } from 'node:fs';
import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { bytesOfSteps } from '../../../src/lab/training/stepBudget';
import { encodeText, textOfBytes } from '../../../src/lab/training/trainingText';
import { loadTokenizer, type Tokenizer } from '../../../src/tokenizer/index';
import { letterTokenizer } from '../vocabulary/letters';

const merging = loadTokenizer(JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8')) as object, {});

async function stepsOf(documents: readonly string[], tokenizer: Tokenizer, asked: Parameters<typeof bytesOfSteps>[2]) {
  const bytes = bytesOfSteps(documents, tokenizer, asked);
  const { tokens } = await encodeText(textOfBytes(documents, bytes, asked.seed), tokenizer, asked);
  return Math.ceil(tokens / asked.stepTokens);
}

describe('a budget in steps', () => {
  it.each([
    ['letters', letterTokenizer(), fc.stringMatching(/^[a-h]{1,60}$/)],
    ['merges over bytes', merging, fc.stringMatching(/^[ a-zé€🌿C()=1]{1,60}$/u)],
  ] as const)('is one in bytes that takes exactly as many, cut within documents: %s', async (_, tokenizer, text) => {
    const ends = fc.constantFrom({ startId: null, endId: null }, { startId: 8, endId: null }, { startId: 8, endId: 8 });
    const numbers = [fc.integer({ min: 1, max: 12 }), fc.integer({ min: 8, max: 40 }), fc.integer({ min: 0, max: 9 })];
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 6 }),
        fc.tuple(numbers[0]!, numbers[1]!, numbers[2]!),
        ends,
        async (documents, [steps, stepTokens, seed], frame) => {
          expect(await stepsOf(documents, tokenizer, { steps, stepTokens, seed, ...frame })).toBe(steps);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('reads the corpus again where it ends, and refuses one of which nothing can be written', () => {
    const asked = { steps: 4, stepTokens: 10, seed: 1, startId: null, endId: null };
    expect(bytesOfSteps(['abc'], letterTokenizer(), asked)).toBe(40);
    expect(() => bytesOfSteps(['xyz'], letterTokenizer(), asked)).toThrow(/no token for anything in 1 documents/);
  });
});

// What gave way so that a step fits, on the page and on the command line.
import { expect, it } from 'vitest';
import { cutWords, type StepCut } from '../../src/lab/index';
import { cutText } from '../../src/ui/wording/cut';

const cut: StepCut = {
  ...{ microBatchRows: 4, batchRows: 16, chunkTokens: 64, recomputedLayers: 15, layers: 30 },
  ...{ adapted: [], moreArithmetic: 0.1678 },
};
const all: StepCut = { ...cut, adapted: ['chunk', 'microBatch', 'recomputation'] };

it('nothing is said where nothing gave way', () => {
  expect([cutText(cut), cutText(undefined), cutWords(cut)]).toEqual(['', '', '']);
});

it('says each in numbers, and what layers computed twice cost', () => {
  expect(cutText(all).replaceAll('\u00a0', ' ')).toBe(
    'So that it fits: Logits are there for 64 tokens at a time. Its rows are computed 4 of 16 at a time. ' +
      '15 of 30 layers are computed twice, which is 17 % more arithmetic.',
  );
  expect(cutWords(all)).toBe(
    'logits of 64 tokens at a time; micro-batches of 4 of 16 rows; 15 of 30 layers computed twice, 17 % more arithmetic',
  );
  expect(cutText({ ...all, adapted: ['microBatch'] })).toMatch(/^So that it fits: Its rows [^.]*\.$/);
});

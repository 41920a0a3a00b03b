import { expect, it } from 'vitest';
import { sizesFor } from '../../../src/lab/index';

it('scores as much as the processor gets through in seconds, whatever the model', () => {
  expect(sizesFor('processor', 3.8e6)).toMatchObject({ evaluationBytes: 65536, generalBytes: 16384 });
  expect(sizesFor('processor', 16e6)).toMatchObject({ evaluationBytes: 32768, generalBytes: 8192 });
  expect(sizesFor('processor', 135e6)).toMatchObject({ evaluationBytes: 4096, generalBytes: 4096 });
  expect(sizesFor('gpu', 135e6).evaluationBytes).toBe(262_144);
});

import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { beginsWith, rightAnswer } from '../../../src/lab/evidence/rightAnswer';

const all = () => true;

describe('a right answer', () => {
  it('has the loss, probability and rank of a softmax written out', () => {
    const logits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(logits, fc.nat(), (values, at) => {
        const row = Float32Array.from(values);
        const right = at % row.length;
        const total = values.reduce((sum, value) => sum + Math.exp(value), 0);
        const { loss, probability, rank, first } = rightAnswer(row, right, all);
        expect(probability).toBeCloseTo(Math.exp(values[right]!) / total, 10);
        expect(loss).toBeCloseTo(Math.log(total) - values[right]!, 8);
        expect(rank).toBe(1 + values.filter((value) => value > values[right]!).length);
        expect(values[first]).toBe(Math.max(...values));
      }),
    );
  });

  it('has a finite loss beside logits whose exponentials overflow', () => {
    expect(rightAnswer(Float32Array.of(2000, 1000), 1, all)).toEqual({ loss: 1000, probability: 0, rank: 2, first: 0 });
  });

  it('is ranked among ids that have a token, while every row takes its share', () => {
    const row = Float32Array.of(1, 5, 3);
    const answer = rightAnswer(row, 0, (id) => id !== 1);
    expect([answer.rank, answer.first]).toEqual([2, 2]);
    expect(answer.probability).toBeCloseTo(Math.exp(1) / (Math.exp(1) + Math.exp(5) + Math.exp(3)), 12);
  });

  it('is begun by a piece that is a prefix of its bytes, not by one that is empty or longer', () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const beginnings = ['a', 'ab', 'abc', 'abcd', 'b', ''].filter((text) => beginsWith(bytes('abc'), bytes(text)));
    expect(beginnings).toEqual(['a', 'ab', 'abc']);
  });
});

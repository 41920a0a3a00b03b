// Conversations in rows: whole, with targets inside each alone, and which of them are answers.
import { expect, it } from 'vitest';
import { packConversations } from '../../src/corpus/index';
import { ignoredTarget } from '../../src/ignoredTarget';

const conversation = (first: number, length: number) => ({
  ids: Uint32Array.from({ length }, (_, at) => first + at),
  isAnswer: Uint8Array.from({ length }, (_, at) => (at >= length - 2 ? 1 : 0)),
});

it('every conversation stands once, whole in one row, and predicts itself alone', () => {
  const lengths = [7, 3, 9, 2, 5, 10, 4, 4, 6, 3];
  const given = lengths.map((length, at) => conversation(100 * (at + 1), length));
  const rows = [...packConversations(given, 10)];
  const found: number[][] = [];
  for (const { ids, targets, documentLengths, answers } of rows) {
    let at = 0;
    for (const length of documentLengths) {
      const of = [...ids.slice(at, at + length)];
      if (of[0] !== 0) found.push(of);
      for (let place = at; place < at + length; place++) {
        const isLast = place === at + length - 1;
        expect(targets[place]).toBe(of[0] === 0 || isLast ? ignoredTarget : ids[place + 1]);
        const isAnswer = of[0] !== 0 && !isLast && place >= at + length - 3;
        expect(answers![place]).toBe(isAnswer ? 1 : 0);
      }
      at += length;
    }
    expect(at).toBe(10);
  }
  expect(found.sort((a, b) => a[0]! - b[0]!)).toEqual(given.map(({ ids }) => [...ids]));
  expect(rows.length).toBeLessThan(8);
});

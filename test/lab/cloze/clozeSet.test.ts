// Questions made from texts: what may be asked, what the wrong words are, and that the same text gives the same questions.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clozeQuestions } from '../../../src/lab/cloze/clozeSet';

const licences = readFileSync('public/samples/licences.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text);
const poems = readFileSync('public/samples/tang-poems.txt', 'utf8').trim().split('\n');

const split = (documents: readonly string[]) => ({
  train: documents.filter((_, at) => at % 4 > 0),
  heldOut: documents.filter((_, at) => at % 4 === 0),
});

/** Occurrences of a word between whatever ends words. */
const countIn = (texts: readonly string[], word: string, isHan: boolean) =>
  texts.reduce(
    (sum, text) =>
      sum +
      (isHan
        ? text.split(word).length - 1
        : [...text.matchAll(new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, 'gu'))].length),
    0,
  );

describe.each([
  ['licences', split(licences)],
  ['Tang poems', split(poems)],
])('questions from %s', (_, texts) => {
  const questions = clozeQuestions(texts, 40, 1);

  it('are passages of the held-out text, with the word that stands there', () => {
    expect(questions).toHaveLength(40);
    for (const { before, after, choices, right } of questions) {
      const passage = `${before}${choices[right]!}${after}`;
      expect(texts.heldOut.some((text) => text.includes(passage))).toBe(true);
      expect(before.length).toBeGreaterThanOrEqual(32);
      expect(before.length).toBeLessThanOrEqual(200);
    }
  });

  it('have three wrong words beside it that occur about as often and not in the passage', () => {
    const ratios: number[] = [];
    for (const { before, after, choices, right } of questions) {
      expect(new Set(choices).size).toBe(4);
      const isHan = /\p{Script=Han}/u.test(choices[right]!);
      const of = countIn(texts.train, choices[right]!, isHan);
      for (const [at, word] of choices.entries()) {
        expect([...word].length).toBeGreaterThanOrEqual(isHan ? 2 : 4);
        expect(/\p{Script=Han}/u.test(word)).toBe(isHan);
        expect(/^\p{Lu}+$/u.test(word)).toBe(/^\p{Lu}+$/u.test(choices[right]!));
        expect(/^\p{Lu}/u.test(word)).toBe(/^\p{Lu}/u.test(choices[right]!));
        const count = countIn(texts.train, word, isHan);
        expect(count).toBeGreaterThanOrEqual(3);
        if (at === right) continue;
        expect(`${before}${after}`).not.toContain(word);
        ratios.push(count / of);
      }
    }
    // The order of counts is walked a little way: among the most frequent words the steps are large.
    ratios.sort((a, b) => a - b);
    expect(ratios[ratios.length >> 1]).toBeGreaterThan(0.8);
    expect(ratios[ratios.length >> 1]).toBeLessThan(1.25);
  });

  it('stand in every place, are of many documents, and ask no word more than twice', () => {
    const places = [0, 1, 2, 3].map((place) => questions.filter(({ right }) => right === place).length);
    expect(Math.min(...places)).toBeGreaterThan(2);
    const asked = new Map<string, number>();
    for (const { choices, right } of questions) asked.set(choices[right]!, (asked.get(choices[right]!) ?? 0) + 1);
    expect(Math.max(...asked.values())).toBeLessThanOrEqual(2);
  });

  it('are made in a time that grows with the text, not with its square', () => {
    const whole = { train: [texts.train.join(' ')], heldOut: [texts.heldOut.join(' ')] };
    // One document of several hundred KB: minutes, where a platform that is given all of it at once is asked.
    expect(clozeQuestions(whole, 40, 1)).toHaveLength(40);
  });

  it('are the same again, others with another seed, and the first of more', () => {
    expect(clozeQuestions(texts, 40, 1)).toEqual(questions);
    expect(clozeQuestions(texts, 40, 2)).not.toEqual(questions);
    expect(clozeQuestions(texts, 50, 1).slice(0, 40)).toEqual(questions);
  });
});

it.each([
  ['without words', { train: ['CCO CCN', '123 456'], heldOut: ['CCO'] }],
  ['without training text', { train: [], heldOut: licences.slice(0, 2) }],
  ['without held-out text', { train: licences.slice(0, 9), heldOut: [] }],
])('text %s makes no question, and the error says what is missing', (_, texts) => {
  expect(() => clozeQuestions(texts, 10, 1)).toThrow(/No question can be made from the held-out text/);
});

import { describe, expect, it } from 'vitest';
import { openGeneralText } from '../../../src/lab/open/openCorpus';

const paragraph = (n: number) => `Paragraph ${n}. ${'Words of an ordinary length follow here. '.repeat(6)}`;

describe('the general text', () => {
  const text = Array.from({ length: 60 }, (_, n) => paragraph(n)).join('\n\n');
  const open = () => openGeneralText(new File([text], 'general.txt'), 'General');

  it('is cut into passages, so that a short evaluation has several documents, and loses no line', async () => {
    const { documents } = await open();
    expect(documents.length).toBeGreaterThan(15);
    const lines = documents.flatMap((document) => document.split('\n').filter((line) => line.trim() !== ''));
    const given = text.split('\n').filter((line) => line.trim() !== '');
    expect(lines.map((line) => line.trimEnd()).sort()).toEqual(given.map((line) => line.trimEnd()).sort());
  });

  it('comes in the same mixed order every time', async () => {
    const [once, again] = [await open(), await open()];
    expect(again.documents).toEqual(once.documents);
    const numbers = once.documents.map((document) => Number(/Paragraph (\d+)/.exec(document)![1]));
    expect(numbers).not.toEqual([...numbers].sort((a, b) => a - b));
  });
});

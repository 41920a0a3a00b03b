// The split depends on the texts alone, holds out about the share that was asked for, and never all.
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { splitDocuments, utf8Length } from '../../src/corpus/index';

const texts = Array.from({ length: 5000 }, (_, at) => `document number ${at}`);

describe('splitDocuments', () => {
  it('holds out about the fraction', () => {
    expect(splitDocuments(texts).heldOut.length).toBeGreaterThan(420);
    expect(splitDocuments(texts).heldOut.length).toBeLessThan(580);
    expect(splitDocuments(texts, { heldOutFraction: 0.5 }).heldOut.length).toBeGreaterThan(2300);
  });

  it('puts a document on the same side whatever comes with it and in whatever order', () => {
    const held = new Set(splitDocuments(texts).heldOut);
    const half = splitDocuments(texts.slice(1000, 3000).toReversed());
    expect(half.heldOut.length).toBeGreaterThan(100);
    for (const text of half.heldOut) expect(held.has(text)).toBe(true);
    for (const text of half.train) expect(held.has(text)).toBe(false);
  });

  it('keeps held-out text under its cap and trains on the rest', () => {
    const { heldOut, heldOutBytes, train, trainBytes } = splitDocuments(texts, { heldOutBytes: 2000 });
    expect(heldOutBytes).toBeLessThanOrEqual(2000);
    expect(heldOutBytes).toBe(heldOut.reduce((sum, text) => sum + utf8Length(text), 0));
    expect(train.length + heldOut.length).toBe(texts.length);
    expect(trainBytes + heldOutBytes).toBe(texts.reduce((sum, text) => sum + utf8Length(text), 0));
  });

  it('leaves at least one document on each side of any corpus of two or more', () => {
    const corpora = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(corpora, fc.double({ min: 0, max: 1, noNaN: true }), (documents, heldOutFraction) => {
        const { train, heldOut } = splitDocuments(documents, { heldOutFraction });
        expect(train.length).toBeGreaterThan(0);
        expect(heldOut.length).toBeGreaterThan(0);
        expect([...train, ...heldOut].toSorted()).toEqual(documents.toSorted());
      }),
    );
  });
});

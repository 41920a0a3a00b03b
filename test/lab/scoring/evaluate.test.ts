import { describe, expect, it } from 'vitest';
import { countedDocuments, sampledDocuments } from '../../../src/lab/scoring/evaluate';

/** A hundred documents of ten bytes, in the order of the corpus. */
const documents = Array.from({ length: 100 }, (_, at) => `text ${String(at).padStart(5, '0')}`);
const places = (chosen: readonly string[]) => chosen.map((text) => documents.indexOf(text));

describe('the documents that are scored where not all are', () => {
  it('come from everywhere in the corpus', () => {
    const quarters = places(sampledDocuments(documents, 400, 'spread')).map((at) => Math.floor(at / 25));
    for (let quarter = 0; quarter < 4; quarter++) {
      expect(quarters.filter((each) => each === quarter).length, `quarter ${quarter}`).toBeGreaterThan(4);
    }
    expect(Math.max(...places(countedDocuments(documents, 200)))).toBeGreaterThan(25);
  });

  it('do not depend on the order of the files', () => {
    const backwards = [...documents].reverse();
    expect(sampledDocuments(backwards, 300, 'spread')).toEqual(sampledDocuments(documents, 300, 'spread'));
  });

  it('of a smaller choice begin those of a larger one', () => {
    const large = sampledDocuments(documents, 1000, 'spread');
    expect([...large].sort()).toEqual(documents);
    for (const bytes of [5, 10, 95, 400]) {
      const small = sampledDocuments(documents, bytes, 'spread');
      expect(small).toEqual(large.slice(0, Math.max(1, Math.floor(bytes / 10))));
    }
  });

  it('are the first ones where that is asked for', () => {
    expect(places(sampledDocuments(documents, 300, 'first'))).toEqual(Array.from({ length: 30 }, (_, at) => at));
  });

  it('are all of them, in their order, where they fit', () => {
    expect(countedDocuments(['', ...documents], 1000)).toEqual(documents);
  });
});

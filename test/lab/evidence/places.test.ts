import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { findPlaces } from '../../../src/lab/evidence/places';
import {
  contextBefore,
  contextLength,
  lastPositions,
  piecesWindow,
  placeOfPieces,
} from '../../../src/lab/evidence/placeWindows';
import { ignoredTarget } from '../../../src/engine/index';
import { packWindows } from '../../../src/lab/scoring/windows';

const documentsOf = fc.array(fc.array(fc.nat(6), { maxLength: 30 }), { maxLength: 12 });
const asIds = (documents: number[][]) => documents.map((ids) => Uint32Array.from(ids));

describe('places of new tokens', () => {
  it('are where the token stands, as many as asked for, from as many documents as hold it', () => {
    fc.assert(
      fc.property(documentsOf, fc.integer({ min: 1, max: 5 }), fc.nat(1000), (documents, most, seed) => {
        const found = findPlaces(asIds(documents), new Set([2, 5]), most, seed);
        for (const token of [2, 5]) {
          const counts = documents.map((ids) => ids.filter((id) => id === token).length);
          const occurrences = counts.reduce((sum, count) => sum + count, 0);
          const { places = [], occurrences: told = 0 } = found.get(token) ?? {};
          expect([told, places.length]).toEqual([occurrences, Math.min(most, occurrences)]);
          for (const { document, at } of places) expect(documents[document]![at]).toBe(token);
          expect(new Set(places.map(({ document, at }) => `${document} ${at}`)).size).toBe(places.length);
          const holding = counts.filter((count) => count > 0).length;
          expect(new Set(places.map(({ document }) => document)).size).toBe(Math.min(most, holding));
          // In turns: no document gives two more than another that has some left.
          const taken = counts.map((_, document) => places.filter((place) => place.document === document).length);
          const left = taken.filter((given, document) => given < counts[document]!);
          if (holding <= most) for (const given of left) expect(Math.max(...taken) - given).toBeLessThanOrEqual(1);
        }
        expect(found.has(3)).toBe(false);
        expect(findPlaces(asIds(documents), new Set([2, 5]), most, seed)).toEqual(found);
      }),
    );
  });

  it('differ with the seed', () => {
    const documents = asIds(Array.from({ length: 40 }, () => [1, 2, 1]));
    const chosen = [1, 2].map((seed) => findPlaces(documents, new Set([2]), 4, seed).get(2)!.places);
    expect(chosen[0]).not.toEqual(chosen[1]);
  });
});

describe('what the model reads at a place', () => {
  const start = 99;
  it('is the text before it, opened by the start token at the beginning of a document', () => {
    const ids = Uint32Array.of(10, 11, 12, 13, 14);
    expect([...contextBefore(ids, 0, start, 3)]).toEqual([start]);
    expect([...contextBefore(ids, 2, start, 3)]).toEqual([start, 10, 11]);
    expect([...contextBefore(ids, 3, start, 3)]).toEqual([10, 11, 12]);
    expect([...contextBefore(ids, 4, start, 3)]).toEqual([11, 12, 13]);
  });

  it('goes on with the old pieces, each predicted once, in no more ids than the window has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }),
        (at, pieces) => {
          const length = 32;
          const ids = Uint32Array.from({ length: at }, (_, index) => 100 + index);
          const context = contextBefore(ids, at, start, contextLength(pieces.length, length));
          const window = piecesWindow(7, context, pieces);
          expect(window.ids.length).toBeLessThanOrEqual(length);
          expect([...window.ids]).toEqual([...context, ...pieces.slice(0, -1)]);
          expect([...window.targets].filter((target) => target !== ignoredTarget)).toEqual(pieces);
          expect(window.targets[context.length - 1]).toBe(pieces[0]);
          expect(window.document).toBe(7);
        },
      ),
    );
  });

  it('ends where its last token lies in a packed batch', () => {
    const windows = [3, 5, 2].map((length, document) => piecesWindow(document, new Uint32Array(length), [1]));
    const batches = [...packWindows(windows, 8)];
    expect(batches.map(({ documents }) => [...lastPositions(documents, 3)])).toEqual([
      [2, 7, -1],
      [-1, -1, 1],
    ]);
  });

  it('begins in the old encoding where the same pieces begin, also within a character, and nowhere else', () => {
    const encoding = { ids: Uint32Array.of(1, 2, 3, 4, 5), starts: Uint32Array.of(0, 1, 2, 2, 3) };
    expect(placeOfPieces(encoding, 1, [2, 3])).toBe(1);
    expect(placeOfPieces(encoding, 2, [3])).toBe(2);
    expect(placeOfPieces(encoding, 2, [4, 5])).toBe(3);
    expect(placeOfPieces(encoding, 2, [5])).toBeUndefined();
    expect(placeOfPieces(encoding, 3, [5, 6])).toBeUndefined();
    expect(placeOfPieces(encoding, 9, [1])).toBeUndefined();
  });
});

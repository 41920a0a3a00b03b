/**
 * Tunes in ABC notation, seeded: a header of titles and keys, then bars of a few hundred motifs, of which few are frequent, as in
 * collections of dance music. Long motifs make merges in chains whose links stand alone hardly ever.
 */
import { seededRandom } from '../../src/random';

const keys = ['D', 'G', 'Em', 'Amix', 'Edor', 'Bm'];
const words = [
  'Silver',
  'Road',
  'Humours',
  'Lass',
  'Fair',
  'Morning',
  'Old',
  'Green',
  'Jenny',
  'Piper',
  'Kerry',
  'Lark',
];
const notes = ['A', 'B', 'c', 'd', 'e', 'f', 'g', 'D', 'E', 'F', 'G', 'a'];

/** @param count tunes of some 400 bytes. */
export function abcTunes(count: number, seed = 5): string[] {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[], skew = 1): T => of[Math.floor(of.length * random() ** skew)]!;
  const motifs = Array.from({ length: 400 }, () => {
    const beat = () =>
      random() < 0.2
        ? `${pick(notes)}2`
        : random() < 0.1
          ? `(3${pick(notes)}${pick(notes)}${pick(notes)}`
          : pick(notes) + pick(notes);
    return `${beat()}${beat()} ${beat()}${beat()}`;
  });
  return Array.from({ length: count }, (_, at) => {
    const line = () => `|:${Array.from({ length: 4 }, () => pick(motifs, 2)).join('|')}:|`;
    return [
      `X:${at + 1}`,
      `T:The ${pick(words)} ${pick(words)}`,
      'R:reel',
      'M:4/4',
      'L:1/8',
      `K:${pick(keys)}`,
      ...Array.from({ length: 4 }, line),
    ].join('\n');
  });
}

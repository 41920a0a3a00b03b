// Three ways to the same: a molecule by the table that reads everything and by the loop for common ones, lines one by one and all at
// once, hashes of strings and of their bytes.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { heavyAtomsIn as heavyAtomsOfCommon } from '../../../src/corpus/notation/commonMolecule';
import { heavyAtoms, heavyAtomsIn } from '../../../src/corpus/notation/molecule';
import { SmilesCutter } from '../../../src/corpus/notation/smilesCutter';
import { documentHash, EntityHash, entityHash, TextHashes } from '../../../src/corpus/textHash';
import { seeded } from '../../checkpoint/writeBytes';
import { below, pick, type Random } from '../../support/mutations';

const molecules = readFileSync(new URL('../../../public/samples/molecules.smi', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const MUTATIONS = 300_000;
const pieces = [
  ...'BCNOPSFIbcnops*0123456789-=#$:/\\~().[]%lr<>HaeR@+ "\t',
  ...['Cl', 'Br', '[NH2+]', '[13C@@H]', '[Si]', '[Na+]', '[#6]', '[R1]', '[se]', '[CH3:12]', '[Xx]', '[H]'],
  ...['%12', '%(123)', '->', '<-', '>>', '>', 'C(C(', '))', 'C'.repeat(300)],
];

function mutated(random: Random): string {
  let smiles = random() < 0.7 ? pick(random, molecules) : '';
  for (let left = below(random, smiles === '' ? 14 : 4); left > 0; left--) {
    const at = below(random, smiles.length + 1);
    smiles = smiles.slice(0, at) + pick(random, pieces) + smiles.slice(at + below(random, 3));
  }
  return smiles;
}

/** In the middle of other text, which must not be looked at. */
function ofCommon(smiles: string): string | null {
  const bytes = new TextEncoder().encode(`C1[C${smiles}l>]r1C`);
  return heavyAtomsOfCommon(bytes, 4, 4 + smiles.length);
}

describe('the loop for common molecules', () => {
  it('gives what the table gives for published molecules', () => {
    for (const smiles of molecules) {
      expect(heavyAtoms(smiles)).not.toBeNull();
      expect(ofCommon(smiles)).toBe(heavyAtoms(smiles));
    }
  });

  it('gives it for damaged ones, elements of all kinds and nonsense', () => {
    const random = seeded(7);
    const different: string[] = [];
    let read = 0;
    for (let at = 0; at < MUTATIONS; at++) {
      const smiles = mutated(random);
      const atoms = heavyAtoms(smiles);
      if (atoms !== null) read++;
      if (ofCommon(smiles) !== atoms) different.push(smiles);
    }
    expect(different.slice(0, 5)).toEqual([]);
    expect(read).toBeGreaterThan(MUTATIONS / 5);
    expect(read).toBeLessThan(MUTATIONS / 2);
  });

  it('gives it for more formulas than it remembers', () => {
    const bytes = (smiles: string): Uint8Array => new TextEncoder().encode(smiles);
    const formulas = new Set<string | null>();
    for (const carbons of Array(60).keys()) {
      for (const nitrogens of Array(50).keys()) {
        for (const oxygens of Array(24).keys()) {
          const smiles = `S${'C'.repeat(carbons)}${'N'.repeat(nitrogens)}${'O'.repeat(oxygens)}`;
          const atoms = heavyAtomsOfCommon(bytes(smiles), 0, smiles.length);
          formulas.add(atoms);
          if (atoms !== heavyAtomsIn(bytes(smiles), 0, smiles.length)) expect(atoms).toBe(heavyAtoms(smiles));
        }
      }
    }
    expect(formulas.size).toBe(60 * 50 * 24);
  });
});

const odd = [
  '',
  ' ',
  '# C',
  '#',
  ' CCO',
  '"CCO"',
  "'CCO' ethanol",
  'CCO"x',
  'CCO\tα',
  'α',
  'not a molecule',
  'C\u00a0C',
  'C\vC',
  '>>',
];

it('reads lines all at once as one by one', () => {
  const random = seeded(8);
  const name = (): string => pick(random, ['', '', ' name', '\tname 2', '"', ' |x|']);
  for (let round = 0; round < 2000; round++) {
    const isAscii = random() < 0.7;
    const lines = Array.from({ length: 1 + below(random, 20) }, () =>
      random() < 0.2 ? pick(random, odd) : mutated(random) + name(),
    ).filter((line) => !isAscii || !/[^\0-\x7f]/.test(line));
    const [single, together]: [unknown[], unknown[]] = [[], []];
    const one = new SmilesCutter((text, entity) => single.push([text, entity]), molecules.slice(0, 20));
    const all = new SmilesCutter((text, entity) => together.push([text, entity]), molecules.slice(0, 20));
    for (const line of lines) one.add(line);
    all.addAll(lines);
    expect(together).toEqual(single);
    expect(all.doubts).toEqual(one.doubts);
  }
});

it.each([
  ['ASCII', [...molecules.slice(0, 3000), '', 'a']],
  ['others', ['', 'é', 'a𝄞b', '\ud800', ...molecules.slice(0, 9), '漢字']],
])('hashes texts all at once as one by one: %s', (_, texts) => {
  const [together, single, entity] = [new TextHashes(), new TextHashes(), new EntityHash()];
  together.setAll(texts);
  texts.forEach((text, at) => {
    single.set(at, text);
    for (const name of ['split', 'rank', 'other', 'bytes'] as const) expect(together[name][at]).toBe(single[name][at]);
    expect(together.split[at]).toBe(documentHash(text));
    entity.set(text);
    expect(entity.split).toBe(entityHash(text));
  });
});

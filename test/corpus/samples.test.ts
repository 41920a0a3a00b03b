// The samples that come with the page: their index tells the truth, and each reads as what it says it is.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCorpus, type SampleIndex } from '../../src/corpus/index';
import { memoryFile } from './memoryFile';

const FOLDER = 'public/samples';
const { samples }: SampleIndex = JSON.parse(readFileSync(`${FOLDER}/index.json`, 'utf8'));
const textOf = (id: string): string =>
  readFileSync(`${FOLDER}/${samples.find((sample) => sample.id === id)!.file}`, 'utf8');

describe('the samples', () => {
  it('are one symbolic, one vertical, one in another script, one that the model knows, and general text', () => {
    expect(samples.map((sample) => sample.kind)).toEqual(['symbolic', 'vertical', 'script', 'known', 'general']);
  });

  it.each(samples)('$id has the size, documents and excerpt that the index names, and no flaw', async (sample) => {
    const bytes = readFileSync(`${FOLDER}/${sample.file}`);
    expect(bytes.length).toBe(sample.bytes);
    expect(bytes.length).toBeLessThan(1_500_000);
    expect(sample.source).not.toBe('');
    expect(sample.licence).not.toBe('');
    const corpus = await readCorpus([memoryFile(sample.file, bytes, 1 << 16)]);
    expect(corpus).toMatchObject({ documents: sample.documents, duplicates: 0, invalidBytes: 0, nearEmpty: 0 });
    expect(corpus.heldOut.length).toBeGreaterThan(5);
    expect(corpus.heldOut.length / corpus.documents).toBeLessThan(0.2);
    expect(corpus.train.join('\n')).toContain(sample.excerpt.slice(0, 20));
  });
});

describe('molecules', () => {
  const molecules = textOf('molecules').trimEnd().split('\n');

  it('are 20,000 different lines', () => {
    expect(new Set(molecules).size).toBe(20_000);
  });

  it('balance their parentheses and close every ring that they open', () => {
    const isBalanced = (smiles: string): boolean => {
      const open = new Set<string>();
      let depth = 0;
      for (const symbol of smiles.replaceAll(/\[[^\]]*\]/gu, '*')) {
        if (symbol === '(') depth++;
        if (symbol === ')' && --depth < 0) return false;
        if (/[0-9]/u.test(symbol) && !open.delete(symbol)) open.add(symbol);
      }
      return depth === 0 && open.size === 0;
    };
    expect(molecules.filter((smiles) => !isBalanced(smiles))).toEqual([]);
  });

  it('are written in atoms, bonds and ring closures only', () => {
    const symbol = /^(?:\[(?:C@@?H|nH|N\+|O-|NH3\+)\]|Cl|Br|[BCNOSFIcnos]|[-=#/\\]|[()]|[1-9])+$/u;
    expect(molecules.filter((smiles) => !symbol.test(smiles))).toEqual([]);
  });
});

describe('Tang poems', () => {
  it('are whole verses in Han characters', () => {
    const poems = textOf('tang-poems').trimEnd().split('\n');
    expect(poems.filter((poem) => !/^(?:\p{Script=Han}+[，。？！；、：])+$/u.test(poem))).toEqual([]);
  });
});

describe('licences', () => {
  it('share no paragraph', () => {
    const texts = textOf('licences')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text);
    const paragraphs = texts.flatMap((text) => text.split('\n\n'));
    expect(new Set(paragraphs).size).toBe(paragraphs.length);
  });
});

// Molecules in tables, JSON and Parquet: several spellings of one are about the same, as in files of SMILES.
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../../src/corpus/index';
import { memoryFile } from '../memoryFile';
import { lines, sentence } from './reading';

/** Alcohols of chains of many lengths, each written from both of its ends. */
const spellings = Array.from({ length: 60 }, (_, at) => [
  `${'C'.repeat(at + 4)}(=O)O`,
  `OC(=O)${'C'.repeat(at + 3)}`,
]).flat();
const record = (smiles: string, at: number) => ({ name: `ZINC${at}`, smiles, logP: at / 7 });
const parquet = new Uint8Array(
  parquetWriteBuffer({ columnData: [{ name: 'smiles', data: spellings, type: 'STRING' as const }] }),
);
const carbons = (smiles: string): number => smiles.replace(/[^C]/gu, '').length;

describe('molecules among records', () => {
  it.each<[string, string, string | Uint8Array]>([
    [
      'CSV whose cells end with a line break',
      'a.csv',
      `smiles,logP\n${spellings.map((each, at) => `"${each}\n",${at}`).join('\n')}\n`,
    ],
    ['TSV', 'a.tsv', `id\tSMILES\n${spellings.map((each, at) => `m${at}\t${each}`).join('\n')}\n`],
    [
      'CSV with an extension',
      'a.csv',
      `smiles,logP\n${spellings.map((each, at) => `${each} |c:1|,${at}`).join('\n')}\n`,
    ],
    ['JSON lines', 'a.jsonl', lines(spellings.map(record))],
    ['JSON lines under another name', 'a.jsonl', lines(spellings.map((text) => ({ text })))],
    ['a JSON list of records', 'a.json', JSON.stringify(spellings.map(record))],
    ['a JSON list of strings', 'a.json', JSON.stringify(spellings)],
    ['a JSON list of rows', 'a.json', JSON.stringify([['id', 'smiles'], ...spellings.map((each, at) => [at, each])])],
    ['Parquet', 'a.parquet', parquet],
  ])('of %s are never parted from their other spellings', async (_, name, content) => {
    const corpus = await readCorpus([memoryFile(name, content, 1 << 16)], { heldOutFraction: 0.3 });
    expect([corpus.documents, corpus.entities]).toEqual([120, 60]);
    const documents = [...corpus.train, ...corpus.heldOut];
    expect(documents.filter((each) => each !== each.trim())).toEqual([]);
    const trained = new Set(corpus.train.map(carbons));
    expect(corpus.heldOut.length).toBeGreaterThan(5);
    expect(corpus.heldOut.filter((each) => trained.has(carbons(each)))).toEqual([]);
  });

  it.each<[string, string, number]>([
    [
      'sentences that begin with what may be one',
      lines(spellings.map((_, at) => ({ text: `I ${sentence(at)}` }))),
      120,
    ],
    ['one among sentences', lines(spellings.map((each, at) => ({ text: at % 2 ? each : sentence(at) }))), 120],
    [
      'what is no molecule among them',
      lines(spellings.map((each, at) => ({ smiles: at === 7 ? 'n/a (see below)' : each }))),
      61,
    ],
  ])('%s: each is about itself', async (_, content, entities) => {
    const corpus = await readCorpus([memoryFile('a.jsonl', content)]);
    expect([corpus.documents, corpus.entities]).toEqual([120, entities]);
  });
});

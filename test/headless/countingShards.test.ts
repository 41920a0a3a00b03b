// Threads of Node count what one thread counts, and end when they are closed.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openShards } from '../../src/headless/countingShards';
import { countInShards, countWords, loadTokenizer } from '../../src/tokenizer/index';
import { CORPORA } from '../tokenizer/smallCorpora';

describe('counting threads of Node', () => {
  it('count what one thread counts', async () => {
    const json = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');
    const documents = Object.values(CORPORA).flat();
    const opened = await openShards({ name: 'rootstock', tokenizerFiles: { 'tokenizer.json': json } });
    expect(opened.shards.length).toBeGreaterThan(0);
    const counted = await countInShards(opened.shards, documents);
    opened.close();
    const table = ({ words, counts }: typeof counted) => words.map((word, index) => `${word} ${counts[index]}`).sort();
    expect(table(counted)).toEqual(table(await countWords(loadTokenizer(JSON.parse(json)), documents)));
  });

  it('say what is wrong with the tokenizer, and leave nothing running', async () => {
    const opening = openShards({ name: 'broken', tokenizerFiles: { 'tokenizer.json': '{}' } });
    await expect(opening).rejects.toThrow();
  });
});

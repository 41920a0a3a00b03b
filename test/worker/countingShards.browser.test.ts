// Workers of a page count what its own thread counts.
import { expect, it } from 'vitest';
import { countInShards, countWords, loadTokenizer } from '../../src/tokenizer/index';
import { openShards } from '../../src/worker/countingShards';
import { helpersFrom } from '../../src/worker/helpers';
import { serveHelpers } from '../../src/worker/helperWorkers';

helpersFrom(serveHelpers().port);

it('workers count what one thread counts', async () => {
  const json = await (await fetch('/models/rootstock/tokenizer.json')).text();
  const documents = Array.from(
    { length: 300 },
    (_, at) => `Document ${at} says ${'CC(=O)N '.repeat(at % 7)}and that is all.`,
  );
  const opened = await openShards({ name: 'rootstock', tokenizerFiles: { 'tokenizer.json': json } });
  expect(opened.shards.length).toBeGreaterThan(0);
  const counted = await countInShards(opened.shards, documents);
  opened.close();
  const table = ({ words, counts }: typeof counted) => words.map((word, index) => `${word} ${counts[index]}`).sort();
  expect(table(counted)).toEqual(table(await countWords(loadTokenizer(JSON.parse(json)), documents)));
});

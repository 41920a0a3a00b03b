// Damaged files of records: ten thousand a format end in an error of ours, or in documents that are texts of the file.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/error';
import { cutFile, newAccount } from '../../../src/corpus/cutFile';
import { seededRandom } from '../../../src/random';
import { memoryFile } from '../memoryFile';
import { below, mutatedBytes, mutatedJson, pick, type Random } from '../../support/mutations';

const MUTATIONS = 10_000;
const records = Array.from({ length: 5 }, (_, id) => ({
  id,
  url: `https://example.org/${id}`,
  text: `Text "${id}", of [some] {words},\nand 日本 ${'x'.repeat(id)}`,
  messages: [{ role: 'user', content: `Why ${id}?` }],
}));
const csv = (delimiter: string): string =>
  ['id', 'label', 'text'].join(delimiter) +
  records.map(({ id, text }) => `\n${[id, 'good', `"${text.replaceAll('"', '""')}"`].join(delimiter)}`).join('');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const asBytes =
  (text: string) =>
  (random: Random): Uint8Array =>
    mutatedBytes(bytesOf(text), random);
const asJson =
  (value: unknown, space?: number) =>
  (random: Random): Uint8Array => {
    const mutated = mutatedJson(JSON.stringify(value, null, space), random);
    return random() < 0.5 ? bytesOf(mutated) : mutatedBytes(bytesOf(mutated), random);
  };
const parquets = ['struct', 'messages', 'list', 'large-string'].map(
  (name) => new Uint8Array(readFileSync(`test/fixtures/corpus/parquet/${name}.parquet`)),
);

const formats: [string, string, ((random: Random) => Uint8Array)[]][] = [
  [
    'JSON',
    'a.json',
    [asJson(records), asJson({ data: records }, 1), asJson({ result: { rows: records.map((row) => ({ row })) } })],
  ],
  ['JSON lines', 'a.jsonl', [asBytes(records.map((record) => JSON.stringify(record)).join('\n')), asJson(records[1])]],
  ['CSV', 'a.csv', [asBytes(csv(',')), asBytes(csv(';'))]],
  ['TSV', 'a.tsv', [asBytes(csv('\t')), asBytes(csv('\t').replaceAll('""', '"'))]],
  ['Parquet', 'a.parquet', parquets.map((bytes) => (random: Random) => mutatedBytes(bytes, random))],
];

/** The documents, or why there are none. */
async function outcomeOf(
  name: string,
  bytes: Uint8Array,
  chunk: number,
  textField?: string,
): Promise<string[] | LabError> {
  const documents: string[] = [];
  try {
    const options = textField === undefined ? {} : { textField };
    for await (const batch of cutFile(memoryFile(name, bytes, chunk), newAccount(), options))
      documents.push(...batch.texts);
    return documents;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

describe('damaged files of records', () => {
  it.each(formats)('%s', async (title, name, mutations) => {
    const random = seededRandom(12);
    const failures: unknown[] = [];
    let read = 0;
    for (let at = 0; at < MUTATIONS; at++) {
      const bytes = pick(random, mutations)(random);
      const chunk = pick(random, [1 << 16, 1 << 16, 1 << 16, 64]);
      const field = pick(random, [undefined, undefined, 'text', 'data.text', 'messages']);
      try {
        const outcome = await outcomeOf(name, bytes, chunk, field);
        if (outcome instanceof LabError) {
          if (!outcome.code.startsWith('corpus/') || !outcome.message.includes(name))
            failures.push([at, outcome.message]);
          continue;
        }
        read++;
        if (title === 'Parquet') continue;
        const parts = outcome.flatMap((text) => text.match(/[\p{L}\p{N}]{2,}/gu) ?? []);
        const source = new TextDecoder().decode(bytes);
        const strange = parts.find((part) => !/^\d+$/u.test(part) && !source.includes(part) && !source.includes('\\u'));
        if (strange !== undefined) failures.push([at, strange]);
      } catch (error) {
        failures.push([at, error]);
      }
    }
    expect(failures.slice(0, 5)).toEqual([]);
    expect(read).toBeGreaterThan(MUTATIONS / 20);
  });

  it.each(['json', 'jsonl', 'csv', 'tsv'])('noise as .%s', async (kind) => {
    const random = seededRandom(13);
    const signs = [...'[]{}",:;\t|\n\r#\\/ aé0', '"text"', '"a":', '[{', '}]', '""', ',"', '",'];
    for (let at = 0; at < 700; at++) {
      const noise = Array.from({ length: below(random, 300) }, () => pick(random, signs)).join('');
      await outcomeOf(`a.${kind}`, bytesOf(noise), pick(random, [1, 1000]));
    }
  });
});

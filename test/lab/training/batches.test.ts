import { describe, expect, it } from 'vitest';
import { batchesInOrder, bytesPerId, microBatchRowsOf } from '../../../src/lab/training/batches';
import { objectives, type Objective } from '../../../src/lab/training/objectives/index';
import { ignoredTarget } from '../../../src/engine/index';
import { letters, letterTokenizer } from '../vocabulary/letters';

const documents = ['ab', 'cdefgh', 'abcdefghabcdefgh', 'd'];
const shape = { batchRows: 2, rowLength: 6, microBatchRows: 1 };

function batches(skip = 0, objective: Objective = objectives['next-token']) {
  const tokenizer = letterTokenizer();
  const encoded = documents.map((document) => tokenizer.encode(document).ids);
  return [...batchesInOrder(encoded, { startId: 8, endId: 8 }, shape, bytesPerId(tokenizer), objective, skip)];
}

describe('batches', () => {
  it('hold every document once, whole, in its frame and in order; the last one is filled up', () => {
    const rows = batches().flatMap(({ microBatches }) => microBatches);
    expect(rows.length % shape.batchRows).toBe(0);
    const text = rows.flatMap(({ ids }) => [...ids].map((id) => (id === 8 ? '|' : letters[id]))).join('');
    const framed = documents.map((document) => `|${document}|`).join('');
    expect(text.slice(0, framed.length)).toBe(framed);
    const after = rows.flatMap(({ targets }) => [...targets]).slice(framed.length);
    expect(after.every((target) => target === ignoredTarget)).toBe(true);
  });

  it('never predict across documents or rows, and scale by the targets of the whole step', () => {
    for (const step of batches()) {
      let targets = 0;
      for (const { ids, targets: wanted, inputs } of step.microBatches) {
        const end = inputs.documentEnd as Uint32Array;
        for (const [token, target] of wanted.entries()) {
          if (target === ignoredTarget) continue;
          targets++;
          if (token + 1 < end[token]!) expect(target).toBe(ids[token + 1]);
        }
      }
      expect(step.tokens).toBe(targets);
      for (const { inputs } of step.microBatches) expect(inputs.lossScale![0]).toBeCloseTo(1 / targets, 7);
    }
  });

  it('go on after those that were done', () => {
    const ids = (from: ReturnType<typeof batches>) =>
      from.map(({ microBatches }) => microBatches.map((m) => [...m.ids]));
    expect(ids(batches(1))).toEqual(ids(batches()).slice(1));
    expect(batches(99)).toEqual([]);
  });

  it('count the bytes of what is predicted, without start and end', () => {
    const [{ bytes, microBatches }] = batches() as [ReturnType<typeof batches>[number]];
    expect(bytes).toBe(microBatches.flatMap((part) => [...part.targets]).filter((id) => id < 8).length);
  });

  it('learn what the objective names, and count its targets and bytes alone', () => {
    const onlyA: Objective = {
      about: 'the letter a',
      reads: 'text',
      targets: ({ targets }) => targets.map((id) => (id === 0 ? id : ignoredTarget)),
    };
    const all = batches()[0]!;
    const some = batches(0, onlyA)[0]!;
    expect(some.microBatches.map(({ ids }) => ids)).toEqual(all.microBatches.map(({ ids }) => ids));
    const wanted = all.microBatches.flatMap(({ targets }) => [...targets]).map((id) => (id === 0 ? id : ignoredTarget));
    expect(wanted).toContain(0);
    expect(some.microBatches.flatMap(({ targets }) => [...targets])).toEqual(wanted);
    const count = wanted.filter((id) => id === 0).length;
    expect(some).toMatchObject({ tokens: count, bytes: count });
    for (const { inputs } of some.microBatches) expect(inputs.lossScale![0]).toBeCloseTo(1 / count, 7);
  });

  it('are cut into micro-batches that divide them', () => {
    expect(microBatchRowsOf(8, 256, 1024)).toBe(4);
    expect(microBatchRowsOf(6, 256, 1024)).toBe(3);
    expect(microBatchRowsOf(7, 256, 1024)).toBe(1);
    expect(microBatchRowsOf(4, 2048, 1024)).toBe(1);
  });
});

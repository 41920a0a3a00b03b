import { describe, expect, it } from 'vitest';
import { bytesPerId, encodeForTraining, microBatchRowsOf, stepBatches } from '../../../src/lab/training/batches';
import { objectives, type Objective } from '../../../src/lab/training/objectives/index';
import { ignoredTarget } from '../../../src/engine/index';
import { letters, letterTokenizer } from '../vocabulary/letters';

const documents = ['ab', 'cdefgh', 'abcdefghabcdefgh', 'd'];
const shape = { batchRows: 2, rowLength: 6, microBatchRows: 1 };

async function batches(seed: number, objective: Objective = objectives['next-token']) {
  const tokenizer = letterTokenizer();
  const encoded = await encodeForTraining(documents, tokenizer, { tokens: 1000, seed });
  return stepBatches(encoded, { startId: 8, endId: 8, seed }, shape, bytesPerId(tokenizer), objective);
}

describe('batches', () => {
  it('hold every document once an epoch, whole and in its frame', async () => {
    const steps = await batches(5);
    const ids = Array.from({ length: 4 }, () =>
      steps.next().value.microBatches.flatMap((part) => [...part.ids]),
    ).flat();
    const text = ids.map((id) => (id === 8 ? '|' : letters[id])).join('');
    const seen = text.split('||').slice(0, documents.length);
    expect(seen.map((part) => part.replaceAll('|', '')).sort()).toEqual([...documents].sort());
  });

  it('never predict across documents or rows, and scale by the targets of the whole step', async () => {
    const step = (await batches(5)).next().value;
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
  });

  it('are the same for the same seed and others for another', async () => {
    const take = async (seed: number) => {
      const steps = await batches(seed);
      return Array.from({ length: 6 }, () => steps.next().value.microBatches.map((part) => [...part.ids]));
    };
    expect(await take(5)).toEqual(await take(5));
    expect(await take(5)).not.toEqual(await take(6));
  });

  it('count the bytes of what is predicted, without start and end', async () => {
    const { bytes, microBatches } = (await batches(5)).next().value;
    expect(bytes).toBe(microBatches.flatMap((part) => [...part.targets]).filter((id) => id < 8).length);
  });

  it('learn what the objective names, and count its targets and bytes alone', async () => {
    const onlyA: Objective = {
      about: 'the letter a',
      targets: ({ targets }) => targets.map((id) => (id === 0 ? id : ignoredTarget)),
    };
    const all = (await batches(5)).next().value;
    const some = (await batches(5, onlyA)).next().value;
    expect(some.microBatches.map(({ ids }) => ids)).toEqual(all.microBatches.map(({ ids }) => ids));
    const wanted = all.microBatches.flatMap(({ targets }) => [...targets]).map((id) => (id === 0 ? id : ignoredTarget));
    expect(wanted).toContain(0);
    expect(some.microBatches.flatMap(({ targets }) => [...targets])).toEqual(wanted);
    const count = wanted.filter((id) => id === 0).length;
    expect(some).toMatchObject({ tokens: count, bytes: count });
    for (const { inputs } of some.microBatches) expect(inputs.lossScale![0]).toBeCloseTo(1 / count, 7);
  });

  it('encode no more documents than the run will see', async () => {
    const encoded = await encodeForTraining(documents, letterTokenizer(), { tokens: 3, seed: 1 });
    expect(encoded.length).toBeLessThan(documents.length);
  });

  it('are cut into micro-batches that divide them', () => {
    expect(microBatchRowsOf(8, 256, 1024)).toBe(4);
    expect(microBatchRowsOf(6, 256, 1024)).toBe(3);
    expect(microBatchRowsOf(7, 256, 1024)).toBe(1);
    expect(microBatchRowsOf(4, 2048, 1024)).toBe(1);
  });
});

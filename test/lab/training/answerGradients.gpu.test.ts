// Answers alone in the loss: from conversations through rows and targets to every gradient, as PyTorch has them
// (scripts/golden_answers.py).
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource, openSafetensors } from '../../../src/checkpoint/index';
import { packConversations } from '../../../src/corpus/index';
import type { Engine } from '../../../src/engine/index';
import { batchesOfRows } from '../../../src/lab/training/batches';
import { objectives } from '../../../src/lab/training/objectives/index';
import { golden, GoldenCase, relativeError } from '../../model/goldenCase';
import { engineNames, openTestEngine } from '../../support/engines';

const file = 'answers.safetensors';

describe.each(engineNames)('the objective of answers on the %s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  it('gives the losses and every gradient of PyTorch', async () => {
    const bytes = new Uint8Array(readFileSync(new URL(`../../fixtures/golden/${file}`, import.meta.url)));
    const { tensors } = await openSafetensors(bytesSource(file, bytes));
    const read = async (name: string) => tensors.get(name)!.readF32();
    const isAnswer = new Int32Array((await tensors.get('isAnswer')!.read()).slice().buffer);
    const model = await GoldenCase.open('tied');
    let at = 0;
    const conversations = golden.documentLengths.map((length) => {
      const [from, to] = [at, (at += length)];
      return { ids: model.ids.slice(from, to), isAnswer: Uint8Array.from(isAnswer.subarray(from, to)) };
    });
    const { rowLength } = golden;
    const rows = [...packConversations(conversations, rowLength)];
    const shape = { batchRows: rows.length, microBatchRows: rows.length, rowLength };
    const [step] = [...batchesOfRows(rows, shape, new Uint16Array(67), objectives.answers)];
    const { inputs, ids } = step!.microBatches[0]!;
    expect([...ids]).toEqual([...model.ids]);

    const options = model.options('loss');
    const { graph, outputs } = model.build(options);
    const gradients = [...graph.parameterGradients.values()];
    const program = await engine.forward(graph, await model.store(engine, options), [outputs.tokenLoss!, ...gradients]);
    const [tokenLoss, ...found] = await program.run(inputs);
    expect(relativeError(tokenLoss!, await read('tokenLoss'))).toBeLessThan(1e-5);
    expect(gradients.length).toBeGreaterThan(10);
    for (const [index, gradient] of gradients.entries()) {
      const parameter = gradient.name.replace('gradient of ', '');
      const [segment] = options.vocabulary.input;
      const wanted = await read(`gradient.${parameter === segment!.name ? segment!.matrix : parameter}`);
      expect(relativeError(found[index]!, wanted), parameter).toBeLessThan(1e-4);
    }
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/index';
import { engineNames, openTestEngine } from '../support/engines';
import { golden, GoldenCase, relativeError } from './goldenCase';

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  describe.each(['tied', 'untied', 'bf16Body'])('a tiny Llama, %s, against PyTorch', (name) => {
    let model: GoldenCase;
    beforeAll(async () => {
      model = await GoldenCase.open(name);
    });

    it('gives the same logits in packed documents', async () => {
      const options = model.options('logits');
      const store = await model.store(engine, options);
      const { graph, outputs } = model.build(options);
      const program = await engine.forward(graph, store, [outputs.logits!]);
      const [logits] = await program.run(model.inputs);
      expect(relativeError(logits!, await model.values('logits'))).toBeLessThan(1e-5);
    });

    it('gives the same logits for selected tokens alone', async () => {
      const options = { ...model.options('selectedLogits'), selectedTokens: 3 };
      const store = await model.store(engine, options);
      const { graph, outputs } = model.build(options);
      const program = await engine.forward(graph, store, [outputs.logits!]);
      const selected = Uint32Array.of(49, 0, 17);
      const [logits] = await program.run({ ...model.inputs, selected });
      const all = await model.values('logits');
      const { vocabSize } = model.config;
      const wanted = [...selected].flatMap((token) => [...all.subarray(token * vocabSize, (token + 1) * vocabSize)]);
      expect(relativeError(logits!, wanted)).toBeLessThan(1e-5);
    });

    it.each([2 ** 27, 4096])(
      'gives the same losses and every gradient with vocabulary shards of %i bytes',
      async (bytes) => {
        const options = model.options('loss', { maxBindingBytes: bytes });
        const store = await model.store(engine, options);
        const { graph, outputs } = model.build(options);
        const gradients = [...graph.parameterGradients.values()];
        const program = await engine.forward(graph, store, [outputs.tokenLoss!, ...gradients]);
        const [tokenLoss, ...found] = await program.run(model.inputs);
        expect(relativeError(tokenLoss!, await model.values('tokenLoss'))).toBeLessThan(1e-5);
        const names = graph.tensors.filter((tensor) => tensor.kind === 'parameter' && tensor.trainable);
        expect(gradients).toHaveLength(names.length);
        for (const [index, gradient] of gradients.entries()) {
          const parameter = gradient.name.replace('gradient of ', '');
          const error = relativeError(found[index]!, await model.gradient(parameter, options));
          expect(error, parameter).toBeLessThan(1e-4);
        }
      },
    );

    it('goes the same way in AdamW steps with clipping and weight decay', async () => {
      const options = model.options('loss');
      const store = await model.store(engine, options);
      const { graph, outputs } = model.build(options);
      const { learningRate, weightDecay, steps, ...adamw } = golden.adamw;
      const parameters = graph.tensors.filter((tensor) => tensor.trainable).map((tensor) => tensor.name);
      const program = await engine.training(graph, store, {
        ...adamw,
        groups: { all: { parameters, weightDecay } },
        microBatches: 1,
        readback: [outputs.tokenLoss!],
      });
      for (let step = 0; step < steps; step++) program.step([model.inputs], { all: learningRate });
      const readings = await program.flush();
      const scale = (model.inputs.lossScale as Float32Array)[0]!;
      const losses = readings.map(({ readback }) => readback[0]![0]!.reduce((a, b) => a + b, 0) * scale);
      expect(relativeError(losses, model.record.losses)).toBeLessThan(1e-4);
      const norms = readings.map((reading) => reading.gradientNorm);
      expect(relativeError(norms, model.record.gradientNorms)).toBeLessThan(1e-3);
    });
  });
});

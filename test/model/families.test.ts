// Every family against PyTorch, tied and untied: logits in packed documents, and the gradient of every parameter.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/index';
import { parameterSpecs } from '../../src/model/index';
import { engineNames, openTestEngine } from '../support/engines';
import { families, GoldenCase, relativeError } from './goldenCase';

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  describe.each(Object.keys(families))('a tiny %s against PyTorch', (name) => {
    let model: GoldenCase;
    beforeAll(async () => {
      model = await GoldenCase.open(name);
    });

    it('has exactly the tensors that transformers made', () => {
      const made = [...model.file.tensors.values()].filter(
        (tensor) => !/^(gradient\.|logits$|tokenLoss$|ids$)/.test(tensor.name),
      );
      const expected = parameterSpecs(model.config).map((parameter) => [parameter.name, parameter.shape.join()]);
      expect(new Map(expected as [string, string][])).toEqual(
        new Map(made.map((tensor) => [tensor.name, tensor.shape.join()])),
      );
    });

    it('gives the same logits in packed documents', async () => {
      const options = model.options('logits');
      const store = await model.store(engine, options);
      const { graph, outputs } = model.build(options);
      const program = await engine.forward(graph, store, [outputs.logits!]);
      const [logits] = await program.run(model.inputs);
      expect(relativeError(logits!, await model.values('logits'))).toBeLessThan(1e-5);
      program.close();
      store.close();
    });

    it('gives the same losses and the same gradient of every parameter', async () => {
      const options = model.options('loss');
      const store = await model.store(engine, options);
      const { graph, outputs } = model.build(options);
      const gradients = [...graph.parameterGradients.values()];
      const program = await engine.forward(graph, store, [outputs.tokenLoss!, ...gradients]);
      const [tokenLoss, ...found] = await program.run(model.inputs);
      expect(relativeError(tokenLoss!, await model.values('tokenLoss'))).toBeLessThan(1e-5);
      expect(gradients).toHaveLength(parameterSpecs(model.config).length);
      for (const [index, gradient] of gradients.entries()) {
        const parameter = gradient.name.replace('gradient of ', '');
        const error = relativeError(found[index]!, await model.gradient(parameter, options));
        expect(error, parameter).toBeLessThan(1e-4);
      }
      program.close();
      store.close();
    });
  });
});

// Low-rank adapters against peft (scripts/golden_adapters.py): the same logits, and the gradient of every adapter and new row; and
// the merged matrix gives what matrix and adapter give.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesSource, openSafetensors, type Safetensors } from '../../src/checkpoint/index';
import type { Engine } from '../../src/engine/index';
import { tensorRows } from '../../src/lab/device/tensorRows';
import {
  adaptedMatrices,
  adapterProblem,
  mergedRows,
  parameterSpecs,
  storedParameters,
  type AdapterSettings,
  type BuildOptions,
} from '../../src/model/index';
import { engineNames, openTestEngine } from '../support/engines';
import { GoldenCase, relativeError } from './goldenCase';

const folder = new URL('../fixtures/golden/', import.meta.url);
const cases = JSON.parse(readFileSync(new URL('adapters.json', folder), 'utf8')) as Readonly<
  Record<string, AdapterSettings & { readonly firstNewId: number; readonly newIds: number }>
>;

async function opened(name: string) {
  const model = await GoldenCase.open(name);
  const file = await openSafetensors(
    bytesSource(name, new Uint8Array(readFileSync(new URL(`adapters-${name}.safetensors`, folder)))),
  );
  const { firstNewId, newIds, ...settings } = cases[name]!;
  const parameters = parameterSpecs(model.config);
  const adapters = adaptedMatrices({ config: model.config, parameters }, settings);
  const options = (outputs: BuildOptions['outputs']): BuildOptions => ({
    ...model.options(outputs, {
      newIds: { first: firstNewId, count: newIds },
      train: { base: false, new: true, body: false },
    }),
    adapters,
    parameterTypes: () => 'f32',
    trainable: (parameter) => parameter.includes('.lora_'),
  });
  const store = async (engine: Engine, of: BuildOptions) => {
    const weights = await engine.weights(storedParameters(model.config, of));
    for (const { name: parameter, tensor, firstRow, shape } of storedParameters(model.config, of)) {
      const from: Safetensors = file.tensors.has(tensor) ? file : model.file;
      weights.write(parameter, await from.tensors.get(tensor)!.readF32({ start: firstRow, end: firstRow + shape[0]! }));
    }
    return weights;
  };
  return { model, file, adapters, options, store };
}

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  describe.each(Object.keys(cases))('adapters beside a tiny %s against peft', (name) => {
    it('give the same logits', async () => {
      const { model, file, options, store } = await opened(name);
      const weights = await store(engine, options('logits'));
      const { graph, outputs } = model.build(options('logits'));
      const program = await engine.forward(graph, weights, [outputs.logits!]);
      const [logits] = await program.run(model.inputs);
      expect(relativeError(logits!, await file.tensors.get('logits')!.readF32())).toBeLessThan(1e-5);
      program.close();
      weights.close();
    });

    it('give the same losses and the same gradients, and none of what stands still', async () => {
      const { model, file, adapters, options, store } = await opened(name);
      const weights = await store(engine, options('loss'));
      const { graph, outputs } = model.build(options('loss'));
      const gradients = [...graph.parameterGradients.values()];
      const program = await engine.forward(graph, weights, [outputs.tokenLoss!, ...gradients]);
      const [tokenLoss, ...found] = await program.run(model.inputs);
      expect(relativeError(tokenLoss!, await file.tensors.get('tokenLoss')!.readF32())).toBeLessThan(1e-5);
      expect(gradients).toHaveLength(2 * adapters.length + (model.config.tied ? 1 : 2));
      const input = options('loss').vocabulary.input.find(({ trainable }) => trainable)!.name;
      for (const [index, gradient] of gradients.entries()) {
        const parameter = gradient.name.replace('gradient of ', '');
        const side = parameter === input ? 'input' : 'output';
        const wanted = file.tensors.get(`gradient.${parameter}`) ?? file.tensors.get(`gradient.newRows.${side}`)!;
        expect(relativeError(found[index]!, await wanted.readF32()), parameter).toBeLessThan(1e-4);
      }
      program.close();
      weights.close();
    });

    it('give the same logits when they are merged', async () => {
      const { model, file, adapters, options, store } = await opened(name);
      const weights = await store(engine, options('logits'));
      for (const { tensor } of adapters) {
        const rows = weights.specs.get(tensor)!.shape[0]!;
        const half = Math.floor(rows / 2);
        const parts = [await tensorRows(weights, adapters, tensor, 0, half)];
        parts.push(await tensorRows(weights, adapters, tensor, half, rows));
        weights.write(tensor, Float32Array.from(parts.flatMap((part) => [...part])));
      }
      const { graph, outputs } = model.build({ ...options('logits'), adapters: [] });
      const program = await engine.forward(graph, weights, [outputs.logits!]);
      const [logits] = await program.run(model.inputs);
      expect(relativeError(logits!, await file.tensors.get('logits')!.readF32())).toBeLessThan(1e-5);
      program.close();
      weights.close();
    });

    it('leave the model as it is, to the bit, while B is zero', async () => {
      const { model, adapters, options, store } = await opened(name);
      const weights = await store(engine, options('logits'));
      for (const { up } of adapters) weights.write(up.name, new Float32Array(up.shape[0] * up.shape[1]));
      const logits = async (of: BuildOptions) => {
        const { graph, outputs } = model.build(of);
        const program = await engine.forward(graph, weights, [outputs.logits!]);
        const [values] = await program.run(model.inputs);
        program.close();
        return values!;
      };
      expect(await logits(options('logits'))).toEqual(await logits({ ...options('logits'), adapters: [] }));
      weights.close();
    });
  });
});

describe('what does not fit a model', () => {
  const settings = { rank: 8, alpha: 16, rankStabilised: false };

  it('is a target that the family does not have, or a rank beyond a matrix', async () => {
    const { config } = await GoldenCase.open('gpt2-tied');
    const model = { config, parameters: parameterSpecs(config) };
    expect(adapterProblem(model, settings)).toBeUndefined();
    expect(adapterProblem(model, { ...settings, rank: 18 })).toBeUndefined();
    expect(adapterProblem(model, { ...settings, rank: 19 })).toMatchObject({ field: 'rank', most: 18 });
    expect(adapterProblem(model, { ...settings, targets: ['c_fc', 'q_proj'] })).toMatchObject({
      field: 'targets',
      at: 1,
      known: ['c_attn', 'c_proj', 'c_fc'],
    });
    expect(() => adaptedMatrices(model, { ...settings, rank: 19 })).toThrow(/rank 19 is larger than/);
  });
});

it('merged rows are W + strength B A in either layout', () => {
  // A [1, 3], B [2, 1].
  const shapes = {
    rank: 1,
    strength: 0.5,
    down: { name: 'A', shape: [1, 3] },
    up: { name: 'B', shape: [2, 1] },
  } as const;
  const weights = { down: Float32Array.of(1, 2, 3), up: Float32Array.of(10, -2) };
  const outIn = mergedRows(Float32Array.of(1, 1, 1), 1, { ...shapes, layout: 'outIn' }, weights);
  expect([...outIn]).toEqual([0, -1, -2]);
  const inOut = mergedRows(Float32Array.of(0, 0, 1, 1), 1, { ...shapes, layout: 'inOut' }, weights);
  expect([...inOut]).toEqual([10, -2, 16, -2]);
});

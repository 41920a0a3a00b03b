// A graph as it is lowered for onnxruntime-web's WebGPU provider, on the provider that is there: the same numbers.
import { expect, it } from 'vitest';
import { lowerGraph } from '../../src/processor/lowerGraph';
import type { Provider } from '../../src/processor/lowering';
import { ProcessorProgram } from '../../src/processor/program';
import type { ProcessorWeights } from '../../src/processor/weights';
import { GoldenCase, relativeError } from '../model/goldenCase';
import { openTestEngine } from '../support/engines';
import { processorRuntime } from '../support/processor';

it('is lowered for WebGPU without the output that is wrong there, and gives every gradient as before', async () => {
  const model = await GoldenCase.open('tied');
  const options = model.options('loss');
  const weights = (await model.store(await openTestEngine('processor'), options)) as ProcessorWeights;
  const { graph, outputs } = model.build(options);
  const wanted = [outputs.tokenLoss!, ...graph.parameterGradients.values()];
  const lowered = (provider: Provider) =>
    lowerGraph(graph, wanted, (names) => weights.joined(names) !== undefined, provider);
  const values = async (provider: Provider) => {
    const program = await ProcessorProgram.open(processorRuntime(), lowered(provider), weights);
    const found = await program.run(program.feeds(model.inputs), model.inputs);
    program.close();
    return wanted.map(({ id }) => found.get(id)!);
  };
  expect(lowered('webgpu').model).not.toEqual(lowered('wasm').model);
  const [plain, other] = [await values('wasm'), await values('webgpu')];
  expect(plain).toHaveLength(1 + graph.parameterGradients.size);
  for (const [at, found] of other.entries()) {
    expect(relativeError(found, plain[at]!), wanted[at]!.name).toBeLessThan(1e-5);
  }
});

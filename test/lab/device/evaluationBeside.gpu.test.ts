// An evaluation beside a training takes what the plan counts for it, to the byte: counted where buffers are made.
import { describe, expect, it } from 'vitest';
import { GpuEngine } from '../../../src/engine/index';
import { ModelSession, openModel, unopenedGpu, type LoadedModel } from '../../../src/lab/index';
import { ModelGraphs } from '../../../src/lab/device/modelGraphs';
import { scoringPass } from '../../../src/lab/device/scoringPass';
import { blockLengthOf, documentWindows, packWindows } from '../../../src/lab/scoring/windows';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { modeGroups } from '../../../src/lab/training/trainSettings';
import { modelInputs } from '../../../src/model/index';
import { Allocations } from '../../support/allocations';
import { openTestDevice } from '../../support/gpu';
import { modelOfShape, type ModelShape } from '../../support/modelShapes';
import { tinyLlama } from '../vocabulary/letters';

const shape = { batchRows: 4, rowLength: 32, optimizer: defaultOptimizer };

/** One document of so many tokens. */
async function score(session: ModelSession<LoadedModel>, tokens: number): Promise<Float32Array> {
  const scorer = session.scorer();
  const ids = Uint32Array.from({ length: tokens }, (_, at) => at % 20);
  const windows = documentWindows(0, ids, scorer.startId, scorer.windowLength);
  const [batch] = packWindows(windows, scorer.tokens, blockLengthOf(tokens + 1, scorer.tokens));
  return scorer.losses(batch!);
}

describe('a training with evaluations between its steps', () => {
  it('allocates what was planned, whatever lengths the evaluations have', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const device = await openTestDevice();
    const allocations = new Allocations(device);
    const session = await ModelSession.open(new GpuEngine(device), model, { moves: modeGroups.all });
    // Before the training any number is open.
    await session.logits(Uint32Array.of(1, 2, 3));
    const before = await score(session, 20);
    const planned = session.plannedStep(shape);
    expect(planned.need.bytes.beside).toBe(scoringPass(session.graphs, session.engine).bytes);
    const program = await session.trainingProgram(planned);
    expect(program.plan.total).toBe(planned.need.total);
    expect(allocations.bytes).toBe(planned.need.total - planned.need.bytes.beside);

    allocations.most = allocations.bytes;
    const again = await score(session, 20);
    expect(again).toEqual(before);
    expect(allocations.most).toBe(planned.need.total);
    const ids = Uint32Array.from({ length: 128 }, (_, at) => at % 20);
    const documentLengths = [32, 32, 32, 32];
    const inputs = modelInputs({ ids, rowLength: 32, documentLengths, targets: ids, targetCount: 128 });
    program.step([inputs], Object.fromEntries(Object.keys(planned.options.groups).map((group) => [group, 0])));
    await program.flush();
    await Promise.all([score(session, 20), score(session, 150), score(session, 300)]);
    expect(await score(session, 20)).toEqual(before);
    expect(allocations.most).toBe(planned.need.total);
    program.close();
    session.close();
    await device.gpu.queue.onSubmittedWorkDone();
    expect(allocations.bytes).toBe(0);
  });
});

describe('a pass of an evaluation', () => {
  const graphsOf = (name: ModelShape) =>
    new ModelGraphs({ model: modelOfShape(name), maxBindingBytes: unopenedGpu.report.limits.maxBindingBytes });

  it.each([
    { name: '5.31 M', tokens: 4096, chunkTokens: undefined, bytes: 51.5e6 },
    { name: 'SmolLM2-135M', tokens: 2048, chunkTokens: undefined, bytes: 47.5e6 },
    { name: 'Qwen2.5-0.5B', tokens: 1024, chunkTokens: 64, bytes: 66.2e6 },
  ] as const)('$name: $tokens tokens, whatever memory there is', ({ name, tokens, chunkTokens, bytes }) => {
    const graphs = graphsOf(name);
    const pass = scoringPass(graphs, unopenedGpu);
    expect(pass.tokens).toBe(tokens);
    expect(pass.chunkTokens).toBe(chunkTokens);
    expect(Math.abs(pass.bytes - bytes)).toBeLessThan(1e6);
    const limited = { ...unopenedGpu, report: { ...unopenedGpu.report, memoryBytes: 1e6 } };
    expect(scoringPass(graphs, limited)).toEqual(pass);
  });

  it('takes nothing more on the processor, whose programs run in the same memory', () => {
    const processor = { ...unopenedGpu, report: { ...unopenedGpu.report, kind: 'processor' as const } };
    expect(scoringPass(graphsOf('5.31 M'), processor)).toEqual({ tokens: 1024, bytes: 0 });
  });
});

/** Some steps of the bundled model on so many threads; prints a digest of losses and weights. Run by threads.test.ts. */
import { createHash } from 'node:crypto';
import { folderTree } from '../../src/checkpoint/node';
import { openModel } from '../../src/lab/index';
import { ModelSession } from '../../src/lab/device/modelSession';
import { defaultOptimizer } from '../../src/lab/training/moves';
import { modeGroups } from '../../src/lab/training/trainSettings';
import { modelInputs } from '../../src/model/index';
import { ProcessorEngine } from '../../src/processor/index';
import { processorRuntime } from '../support/processor';

export async function main([threads]: readonly string[]): Promise<number> {
  const model = await openModel(await folderTree('public/models/rootstock'), 'bundled');
  const engine = new ProcessorEngine(processorRuntime(Number(threads)));
  const session = await ModelSession.open(engine, model, { moves: modeGroups.all });
  const optimizer = { ...defaultOptimizer, weightDecay: 0.1 };
  const program = await session.trainingProgram(session.plannedStep({ batchRows: 2, rowLength: 100, optimizer }));
  const ids = Uint32Array.from({ length: 200 }, (_, at) => (at * at * 7 + 3 * at) % 4000);
  const inputs = modelInputs({ ids, rowLength: 100, documentLengths: [70, 30, 100] });
  for (let step = 0; step < 3; step++) program.step([inputs], { oldRows: 1e-3, body: 1e-3, norms: 1e-3 });
  const digest = createHash('sha256');
  for (const { readback } of await program.flush()) digest.update(readback[0]![0]!);
  for (const name of session.store.specs.keys()) digest.update(await session.store.read(name));
  console.log(digest.digest('hex'));
  return 0;
}

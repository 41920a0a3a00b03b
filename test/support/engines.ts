/** Both engines for tests that must hold on each: WGSL on this run's adapter, and the processor. */
import { GpuEngine, type Engine } from '../../src/engine/index';
import { ProcessorEngine } from '../../src/processor/index';
import { openTestDevice } from './gpu';
import { processorRuntime } from './processor';

export type EngineName = 'gpu' | 'processor';

/** On a further adapter the GPU's alone: the processor's would be the same again (scripts/test.mjs). */
export const engineNames: readonly EngineName[] =
  process.env.TOKENGRAFT_TEST_ENGINES === 'gpu' ? ['gpu'] : ['gpu', 'processor'];

export async function openTestEngine(name: EngineName): Promise<Engine> {
  return name === 'gpu' ? new GpuEngine(await openTestDevice()) : new ProcessorEngine(processorRuntime());
}

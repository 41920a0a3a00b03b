/** Both engines for tests that must hold on each: WGSL on this run's adapter, and the processor. */
import { GpuEngine, type Engine } from '../../src/engine/index';
import { ProcessorEngine } from '../../src/processor/index';
import { openTestDevice } from './gpu';
import { processorRuntime } from './processor';

export const engineNames = ['gpu', 'processor'] as const;
export type EngineName = (typeof engineNames)[number];

export async function openTestEngine(name: EngineName): Promise<Engine> {
  return name === 'gpu' ? new GpuEngine(await openTestDevice()) : new ProcessorEngine(processorRuntime());
}

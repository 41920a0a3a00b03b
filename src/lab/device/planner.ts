/** What makes plans. */
import { gpuPlanner, type Engine } from '../../engine/index';

/** What plans: an engine, or what is known of one that is not open. */
export type Planner = Pick<Engine, 'report' | 'plan'>;

/** For a GPU that nobody opened: the limits that every WebGPU adapter grants. */
export const unopenedGpu: Planner = gpuPlanner({
  description: '',
  limits: { maxBindingBytes: 128 * 2 ** 20, maxBufferBytes: 256 * 2 ** 20 },
});

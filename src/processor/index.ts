/** The processor's engine. Other folders import from here only. */
export { ProcessorEngine, processorLimits } from './engine';
export { planProcessor } from './plan';
export type { ProcessorRuntime } from './runtime';

/**
 * The engine: a static graph, its gradients, its memory plan and its WebGPU programs. It knows nothing of language
 * models beyond the ops they are made of. Other folders import from here only.
 */
export { openDevice, targetFor, type Device, type OpenDeviceOptions } from './device';
export type { DeviceLimits, DeviceReport } from './deviceReport';
export type { Engine, EngineKind, EngineReport, Forward, MemoryNeed, MemoryRequest, Steps, Weights } from './engine';
export {
  parametersByName,
  requireF32,
  requireInput,
  requireMicroBatches,
  requireParameter,
  requireRates,
  requireRoom,
  requireSameParameter,
  requireState,
  savedStep,
  stepOf,
} from './checks';
export { GpuEngine, gpuPlanner, type KeptProbes } from './gpuEngine';
export { addGradients } from './gradients';
export {
  byteLength,
  elementCount,
  Graph,
  type ElementType,
  type GraphNode,
  type Inputs,
  type ParameterSpec,
  type Tensor,
  type TensorKind,
} from './graph';

export type { KernelTarget } from './op';
export { opKind, productOperations, type OpKind } from './opKinds';
export * from './ops/index';
export { ParameterStore } from './parameters';
export {
  canHold,
  requireHeld,
  storedBytes,
  storedPieces,
  storedRanges,
  widened,
  type StoredType,
} from './elementTypes';
export { planProgram, type MemoryPlan, type PlanLimits, type PlanRequest } from './plan';
export { activationLifetimes, leastBytes, requireFit } from './plan';
export { placeInArenas } from './arenas';
export { planOptimizer, type OptimizedParameter, type OptimizerPlan } from './optimizerPlan';
export { ForwardProgram } from './forwardProgram';
export { TrainingProgram } from './trainingProgram';
export { ringSlots, type ParameterGroup, type StepReading, type TrainingOptions } from './training';
export { stepWork, type CountedWork, type KernelWork, type StepWork, type WorkKind } from './stepWork';
export { addTime, zeroRates, type StepTimes, type TimedStep, type TimingWatch } from './stepTimes';
export { selfTest, type SelfTestReport } from './selfTest';
export { checkEngine, type KernelCheck } from './selfTestCheck';
export { precisions, type Precision } from './precision';
export { productSpeed } from './productSpeed';
export { applyTuning, tune, type Tuning } from './tuning';
export type { DroppedVariant } from './variants';
export { tuningKey } from './tuningKey';
export type { MemoryProbe } from './memoryProbe';

export const shape: {
  vocabulary: number;
  hidden: number;
  layers: number;
  heads: number;
  headSize: number;
  intermediate: number;
  rowLength: number;
  rows: number;
};
export const adam: { learningRate: number; beta1: number; beta2: number; epsilon: number; weightDecay: number };
export const normEpsilon: number;
export function initialWeights(): Record<string, { shape: number[]; values: Float32Array }>;
export function batch(): { ids: Int32Array; targets: Int32Array };
export function floatingPointOperations(): number;

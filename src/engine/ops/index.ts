/** Every op: importing this file fills the op table. */
export { activation, activations, type Activation } from './activation';
export { add } from './add';
export { attention, type AttentionShape } from './attention';
export { embedding, type ScatterInputs } from './embedding';
export { gatedMlp } from './gatedMlp';
export { gatherRows } from './gatherRows';
export { layerNorm } from './layerNorm';
export { linear } from './linear';
export { ignoredTarget } from '../../ignoredTarget';
export { linearCrossEntropy, type LinearCrossEntropyOptions } from './linearCrossEntropy';
export { rmsNorm } from './rmsNorm';
export { rope, type RopeShape } from './rope';
export { slidingWindow } from './slidingWindow';
export { squaredError } from './squaredError';
export { scaled } from './scaled';
export { splitColumns, type ColumnSplit } from './splitColumns';
export type { VocabularySegment } from './vocabulary';
export { vocabularyLogits } from './vocabularyLogits';

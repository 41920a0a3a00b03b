/** Every op: importing this file fills the op table. */
export { add } from './add';
export { attention, type AttentionShape } from './attention';
export { embedding, type ScatterInputs } from './embedding';
export { gatedMlp } from './gatedMlp';
export { gatherRows } from './gatherRows';
export { linear } from './linear';
export { ignoredTarget, linearCrossEntropy, type LinearCrossEntropyOptions } from './linearCrossEntropy';
export { rmsNorm } from './rmsNorm';
export { rope, type RopeShape } from './rope';
export type { VocabularySegment } from './vocabulary';
export { vocabularyLogits } from './vocabularyLogits';

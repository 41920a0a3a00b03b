/** What computes with a model that is open or held, loaded with the first such call: none of it is needed to open one. */
export {
  besideBase,
  chatPrompt,
  encodeDocuments,
  engineText,
  generateText,
  modelWithout,
  ModelSession,
  onnxText,
  openTrainedElsewhere,
  profileStep,
  sampledDocuments,
  scoreDocuments,
  scoreResult,
} from '../lab/index';
export { Measured } from './measured';
export { OnnxArms } from './onnxArms';
export { replacedChoice } from './replacedChoice';

/** The lab's public face: steps and the values they hand on. */
export type * from './results';
export { encodeDocuments, scoreDocuments, utf8Bytes, type Scorer } from './evaluate';
export { generateText } from './generate';
export { ModelSession } from './modelSession';
export { openModel, type LoadedModel } from './openModel';
export { piecesOf } from './pieces';

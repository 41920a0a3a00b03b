/** What exports and the processor's programs share of saying things in ONNX. */
export { activated } from './activated';
export { encode, MICROSOFT, OnnxNodes } from './nodes';

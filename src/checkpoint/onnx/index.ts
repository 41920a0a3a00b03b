/** ONNX out: the model's protobuf, its external data and the block quantisation of its weights. Nothing here reads ONNX. */
export * from './blockQuantisation';
export * from './externalData';
export { encodeModel, ONNX_BYTES } from './modelProto';
export type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxType, OnnxValue } from './modelProto';

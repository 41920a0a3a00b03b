/** Bytes in, bytes out: model folders wherever they lie, safetensors, zips and the private file system. Node: node.ts. */
export * from './byteSource';
export * from './checkpoint';
export * from './directory';
export * from './durableFolder';
export * from './dtype';
export * from './fetchTree';
export { architectureNamed } from './gguf/architecture';
export {
  bytesOf,
  f32,
  ggufFile,
  text,
  bool,
  u32,
  type GgufEntries,
  type GgufFile,
  type GgufTensorToWrite,
} from './gguf/ggufFile';
export { ggufPlace, ggufTensors, inUnits } from './gguf/ggufWeights';
export { quantise, WRITTEN_TYPES, type WrittenType } from './gguf/quantise';
export type { GgufReason } from './gguf/reason';
export { ggufRounded, type RowReader } from './gguf/rounding';
export { tokenizerEntries } from './gguf/tokenizerEntries';
export { ggufTypes } from './gguf/ggufTypes';
export { modelTree } from './gguf/modelTree';
export { ggufTree } from './gguf/tree';
export * from './hub/index';
export * from './json';
export * from './onnx/index';
export * from './safetensors';
export { encodeHeader, MAX_HEADER_BYTES, readHeader, tensorBytes } from './safetensorsHeader';
export type { HeaderTensor, SafetensorsHeader, TensorHeading } from './safetensorsHeader';
export * from './sha256';
export * from './sink';
export * from './virtualSafetensors';
export * from './weightFiles';
export * from './zip';

/**
 * Every kernel's source by the stem of its file, and its expansion for one dispatch. The imports are explicit so that
 * the bundler sees them and a misspelt kernel fails when it is compiled, not when it is first run.
 */
import { matmulVariants } from './variants';
import { expandShader, includeParts, type ShaderConstants } from './wgsl';
import activation from '../../shaders/activation.wgsl?raw';
import activationBackward from '../../shaders/activationBackward.wgsl?raw';
import activationFunction from '../../shaders/activationFunction.wgsl?raw';
import adamw from '../../shaders/adamw.wgsl?raw';
import adamwRows from '../../shaders/adamwRows.wgsl?raw';
import add from '../../shaders/add.wgsl?raw';
import attentionLane from '../../shaders/attentionLane.wgsl?raw';
import attentionTile from '../../shaders/attentionTile.wgsl?raw';
import attentionTileLoad from '../../shaders/attentionTileLoad.wgsl?raw';
import attentionPlaces from '../../shaders/attentionPlaces.wgsl?raw';
import attentionTurn from '../../shaders/attentionTurn.wgsl?raw';
import attentionDelta from '../../shaders/attentionDelta.wgsl?raw';
import attentionKeyValueGradientLane from '../../shaders/attentionKeyValueGradientLane.wgsl?raw';
import attentionKeyValueGradientTile from '../../shaders/attentionKeyValueGradientTile.wgsl?raw';
import attentionQueryGradientLane from '../../shaders/attentionQueryGradientLane.wgsl?raw';
import attentionQueryGradientTile from '../../shaders/attentionQueryGradientTile.wgsl?raw';
import clipFactor from '../../shaders/clipFactor.wgsl?raw';
import columnSums from '../../shaders/columnSums.wgsl?raw';
import crossEntropy from '../../shaders/crossEntropy.wgsl?raw';
import embedding from '../../shaders/embedding.wgsl?raw';
import embeddingScatter from '../../shaders/embeddingScatter.wgsl?raw';
import gatedMlp from '../../shaders/gatedMlp.wgsl?raw';
import gatedMlpBackward from '../../shaders/gatedMlpBackward.wgsl?raw';
import gatherRows from '../../shaders/gatherRows.wgsl?raw';
import layerNorm from '../../shaders/layerNorm.wgsl?raw';
import layerNormBackward from '../../shaders/layerNormBackward.wgsl?raw';
import matmulEpilogue from '../../shaders/matmulEpilogue.wgsl?raw';
import rmsNorm from '../../shaders/rmsNorm.wgsl?raw';
import rmsNormBackward from '../../shaders/rmsNormBackward.wgsl?raw';
import rope from '../../shaders/rope.wgsl?raw';
import ropeParts from '../../shaders/ropeParts.wgsl?raw';
import scaled from '../../shaders/scaled.wgsl?raw';
import sineAndCosine from '../../shaders/sineAndCosine.wgsl?raw';
import slidingWindow from '../../shaders/slidingWindow.wgsl?raw';
import splitColumns from '../../shaders/splitColumns.wgsl?raw';
import squaredError from '../../shaders/squaredError.wgsl?raw';
import squaredNorm from '../../shaders/squaredNorm.wgsl?raw';
import storedHalf from '../../shaders/storedHalf.wgsl?raw';
import storedQuad from '../../shaders/storedQuad.wgsl?raw';
import storedValue from '../../shaders/storedValue.wgsl?raw';

export const shaderSources: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(matmulVariants).map(({ shader }) => [shader.kernel, shader.source])),
  activation,
  activationBackward,
  adamw,
  adamwRows,
  add,
  attentionTile,
  attentionLane,
  attentionDelta,
  attentionKeyValueGradientTile,
  attentionKeyValueGradientLane,
  attentionQueryGradientTile,
  attentionQueryGradientLane,
  clipFactor,
  columnSums,
  crossEntropy,
  embedding,
  embeddingScatter,
  gatedMlp,
  gatedMlpBackward,
  gatherRows,
  layerNorm,
  layerNormBackward,
  rmsNorm,
  rmsNormBackward,
  rope,
  ropeParts,
  scaled,
  slidingWindow,
  splitColumns,
  squaredError,
  squaredNorm,
};

/** Not kernels: what several of them include. */
const parts: Readonly<Record<string, string>> = {
  activationFunction,
  attentionTileLoad,
  attentionPlaces,
  attentionTurn,
  matmulEpilogue,
  sineAndCosine,
  storedHalf,
  storedQuad,
  storedValue,
};

/** WGSL of `kernel` with its compile-time constants filled in. */
export function shaderCode(kernel: string, constants: ShaderConstants): string {
  const source = shaderSources[kernel];
  if (source === undefined) throw new Error(`no kernel is called ${kernel}`);
  return expandShader(kernel, includeParts(kernel, source, parts), constants);
}

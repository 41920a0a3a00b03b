/** Arithmetic and memory of a larger vocabulary: what the new rows cost, and what shorter text saves. */
import type { ExpansionCost } from './diagnosis';

/** Sizes of a decoder, without its weights. */
export interface ModelSizes {
  /** All of them, the vocabulary's matrices included. */
  readonly parameters: number;
  readonly hiddenSize: number;
  readonly embeddingRows: number;
  readonly tied: boolean;
}

export function bodyParameters({ parameters, hiddenSize, embeddingRows, tied }: ModelSizes): number {
  return parameters - embeddingRows * hiddenSize * (tied ? 1 : 2);
}

/** Share of tokens that must be saved until a longer softmax costs no more compute: k d / (N + (V + k) d). */
export function computeBreakEven(newTokens: number, sizes: ModelSizes): number {
  const { hiddenSize, embeddingRows } = sizes;
  return (newTokens * hiddenSize) / (bodyParameters(sizes) + (embeddingRows + newTokens) * hiddenSize);
}

/** f32 weight, gradient, and AdamW's two moments. */
const trainedBytesPerParameter = 16;

export function expansionCost(
  sizes: ModelSizes,
  newTokens: number,
  bytesPerToken: { readonly before: number; readonly after: number },
): ExpansionCost {
  const newParameters = newTokens * sizes.hiddenSize * (sizes.tied ? 1 : 2);
  const perToken = (rows: number) => bodyParameters(sizes) + rows * sizes.hiddenSize;
  return {
    newParameters,
    trainingBytes: newParameters * trainedBytesPerParameter,
    multiplyAddsPerByte: {
      before: perToken(sizes.embeddingRows) / bytesPerToken.before,
      after: perToken(sizes.embeddingRows + newTokens) / bytesPerToken.after,
    },
  };
}

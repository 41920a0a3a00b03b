/** A model in onnxruntime-web as what generates text and as what scores documents, in the engine's stead. */
import type { Scorer } from '../scoring/evaluate';
import type { TextModel } from './generate';
import type { OnnxSession } from './onnxSession';
import type { LoadedModel } from '../open/openModel';
import { ignoredTarget } from '../../engine/index';

/** Where config.json names no context length. */
const unknownContext = 2048;
/** As the engine's scorer: the same windows give the same number of bits. */
const longestWindow = 1024;

export function onnxText(onnx: OnnxSession, { config, startId }: Pick<LoadedModel, 'config' | 'startId'>): TextModel {
  return {
    startId,
    eosTokenIds: config.eosTokenIds,
    room: config.contextLength || unknownContext,
    begin() {
      const text = onnx.begin();
      let read = 0;
      return {
        next(ids) {
          const fresh = Uint32Array.from(ids.slice(read));
          read = ids.length;
          return text.next(fresh);
        },
        close: () => text.close(),
      };
    },
  };
}

/** Windows are run one by one: a padded batch would compute what nobody reads. */
export function onnxScorer(onnx: OnnxSession, { config, startId }: Pick<LoadedModel, 'config' | 'startId'>): Scorer {
  const windowLength = Math.min(config.contextLength || longestWindow, longestWindow);
  return {
    tokens: windowLength,
    windowLength,
    startId,
    async losses({ ids, targets, windowLengths }) {
      const nats = new Float32Array(ids.length);
      let end = 0;
      for (const length of windowLengths) {
        let at = end;
        const start = end;
        end += length;
        if (targets.subarray(start, end).every((id) => id === ignoredTarget)) continue;
        for await (const logits of onnx.pieces(ids.subarray(start, end))) {
          for (let row = 0; row < logits.length; row += onnx.embeddingRows, at++) {
            const target = targets[at]!;
            if (target !== ignoredTarget)
              nats[at] = negativeLogLikelihood(logits.subarray(row, row + onnx.embeddingRows), target);
          }
        }
      }
      return nats;
    },
  };
}

function negativeLogLikelihood(logits: Float32Array, target: number): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return largest + Math.log(sum) - logits[target]!;
}

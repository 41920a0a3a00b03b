/** The model's own logits over all segments, for a few rows (generation, probes). Forward only. */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { shapeOf } from './dispatch';
import { forwardMatmul } from './matmul';
import { matmulDispatch } from '../variants';
import { segmentRows, type VocabularySegment } from './vocabulary';

/** hidden [n, hiddenSize] -> [n, embeddingRows]; column c is id segments[0].firstId + c. */
export function vocabularyLogits(graph: Graph, hidden: Tensor, segments: readonly VocabularySegment[]): Tensor {
  const columns = segmentRows(segments, shapeOf(hidden, 1));
  const inputs = [hidden, ...segments.map((segment) => segment.parameter)];
  return graph.append('vocabularyLogits', inputs, [{ name: 'logits', shape: [shapeOf(hidden, 0), columns] }])[0]!;
}

registerOp({
  name: 'vocabularyLogits',
  dispatches(node, target) {
    const [hidden, ...parameters] = node.inputs as [Tensor, ...Tensor[]];
    const logits = node.outputs[0]!;
    const row = shapeOf(logits, 1);
    let offset = 0;
    return parameters.map((parameter) => {
      const matmul = forwardMatmul(hidden, parameter, logits, shapeOf(hidden, 0));
      const dispatch = matmulDispatch({ ...matmul, product: { tensor: logits, row, offset } }, target);
      offset += shapeOf(parameter, 0);
      return dispatch;
    });
  },
});

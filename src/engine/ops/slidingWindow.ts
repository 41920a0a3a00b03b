/**
 * Attention that looks back only so far (Mistral, Gemma's local layers) is the same attention under a narrower mask: its
 * kernels read nothing but where each token's keys start and each key's queries end, so they know no windows.
 */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { invocationGrid, reads, requireShape, shapeOf, writes } from './dispatch';

/**
 * documentStart, documentEnd u32 [tokens] as `attention` takes them -> the same for tokens that see at most `window`
 * tokens of their document, themselves the last of them.
 */
export function slidingWindow(
  graph: Graph,
  documentStart: Tensor,
  documentEnd: Tensor,
  window: number,
): readonly [start: Tensor, end: Tensor] {
  requireShape(Number.isInteger(window) && window >= 1, `slidingWindow: a window of ${window} tokens is none.`);
  const shape = [shapeOf(documentStart, 0)];
  const outputs = [
    { name: 'windowStart', shape, type: 'u32' as const },
    { name: 'windowEnd', shape, type: 'u32' as const },
  ];
  const made = graph.append('slidingWindow', [documentStart, documentEnd], outputs, { window });
  return made as unknown as readonly [Tensor, Tensor];
}

registerOp({
  name: 'slidingWindow',
  dispatches(node, target) {
    const TOKENS = shapeOf(node.inputs[0]!, 0);
    return [
      {
        kernel: 'slidingWindow',
        constants: { TOKENS, WINDOW: node.attributes.window as number },
        bindings: [...node.inputs.map((tensor) => reads(tensor)), ...node.outputs.map((tensor) => writes(tensor))],
        workgroups: invocationGrid(TOKENS, target),
      },
    ];
  },
});

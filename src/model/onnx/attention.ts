/**
 * Causal grouped-query attention with a key/value cache, in ONNX's own operators: GroupQueryAttention of onnxruntime
 * assumes right padding and would be wrong for left-padded batches. Queries of one key head lie side by side
 * ([batch, kvHeads, group * sequence, headSize]), so that keys and values are never repeated.
 *
 * A document mask has no place in a deployed model; a mask of what each query sees, made of `attention_mask` [batch, total]
 * and narrowed by sliding windows, takes its part. Position in the cache decides what is causal and how far a window
 * reaches, position_ids only what is rotated.
 */
import type { AttentionShape } from '../../engine/index';
import type { OnnxBuilder } from './builder';
import type { Lowering } from './lowering';

export const attentionLowering: Lowering = {
  attributes: ['heads', 'kvHeads', 'headSize', 'scale', 'rowLength'],
  inputs: 5,
  lower(node, { builder, value, cache }) {
    const { heads, kvHeads, headSize, scale } = node.attributes as unknown as AttentionShape;
    const [q, k, v, mask] = node.inputs.slice(0, 4).map(value) as [string, string, string, string];
    const { pastKey, pastValue, presentKey, presentValue } = cache(kvHeads, headSize);
    const key = builder.nodeWith('Concat', [pastKey, byHead(builder, k, kvHeads, headSize)], axis(2), [presentKey])[0]!;
    const values = [pastValue, byHead(builder, v, kvHeads, headSize)];
    const [present] = builder.nodeWith('Concat', values, axis(2), [presentValue]);

    const scaled = builder.node('Mul', [byHead(builder, q, heads, headSize), builder.scalar(scale)]);
    const grouped = builder.node('Reshape', [scaled, builder.ints(0, kvHeads, -1, headSize)]);
    const scores = builder.node('MatMul', [grouped, builder.node('Transpose', [key], perm(0, 1, 3, 2))]);
    // 0 keeps the last size, which is the number of keys.
    const scoresByHead = builder.node('Reshape', [scores, builder.ints(0, heads, -1, 0)]);
    const masked = builder.node('Where', [mask, scoresByHead, lowest(builder)]);
    const weights = builder.node('Softmax', [masked], axis(-1));
    const weightsGrouped = builder.node('Reshape', [weights, builder.ints(0, kvHeads, -1, 0)]);
    const attended = builder.node('MatMul', [weightsGrouped, present!]);
    const attendedByHead = builder.node('Reshape', [attended, builder.ints(0, heads, -1, headSize)]);
    const byToken = builder.node('Transpose', [attendedByHead], perm(0, 2, 1, 3));
    return builder.node('Reshape', [byToken, builder.ints(0, 0, heads * headSize)]);
  },
};

/** [batch, sequence, heads * headSize] -> [batch, heads, sequence, headSize]. */
function byHead(builder: OnnxBuilder, value: string, heads: number, headSize: number): string {
  const split = builder.node('Reshape', [value, builder.ints(0, 0, heads, headSize)]);
  return builder.node('Transpose', [split], perm(0, 2, 1, 3));
}

/** A mask's ends follow from its starts: only those are lowered. */
export const slidingWindowLowering: Lowering = {
  attributes: ['window'],
  inputs: 2,
  lower(node, { builder, value }) {
    const window = node.attributes.window as number;
    const whole = value(node.inputs[0]!);
    return builder.once(`window ${window} of ${whole}`, () => {
      const oldest = builder.node('Sub', [queries(builder), builder.int(window)]);
      return builder.node('And', [whole, builder.node('Greater', [keys(builder), oldest])]);
    });
  },
};

/** bool [batch, 1, sequence, total]: the key is neither padding nor later in the cache than the query. */
export function causalMask(builder: OnnxBuilder): string {
  return builder.once('causal mask', () => {
    const causal = builder.node('LessOrEqual', [keys(builder), queries(builder)]);
    const kept = builder.node('Unsqueeze', [builder.cast('attention_mask', 'bool'), builder.ints(1, 2)]);
    return builder.node('And', [causal, kept]);
  });
}

/** int64 [total]: places in the cache. */
function keys(builder: OnnxBuilder): string {
  return builder.once('keys', () => {
    return builder.node('Range', [builder.int(0), sizeOf(builder, 'attention_mask', 1), builder.int(1)]);
  });
}

/** int64 [sequence, 1]: places in the cache, of which the queries have the last. */
function queries(builder: OnnxBuilder): string {
  return builder.once('queries', () => {
    const total = sizeOf(builder, 'attention_mask', 1);
    const first = builder.node('Sub', [total, sizeOf(builder, 'input_ids', 1)]);
    return builder.node('Unsqueeze', [builder.node('Range', [first, total, builder.int(1)]), builder.ints(1)]);
  });
}

function sizeOf(builder: OnnxBuilder, value: string, dimension: number): string {
  return builder.node('Gather', [builder.node('Shape', [value]), builder.int(dimension)], axis(0));
}

/** Not minus infinity: a padding query, which sees nothing, must not become NaN, for later layers read its keys. */
function lowest(builder: OnnxBuilder): string {
  return builder.scalar(builder.float === 'float16' ? -65504 : -3.4028234663852886e38);
}

function axis(int: number) {
  return { axis: { int } };
}

function perm(...ints: readonly number[]) {
  return { perm: { ints } };
}

/**
 * How matrices that no stage moves are held while a model is trained and scored. Rounded, they take less memory and give other
 * numbers, so that the choice is part of an experiment; what is saved is always the checkpoint's own. What moves is f32, and
 * norms, biases and learned positions are never rounded.
 */
import { isWeightDtype, type Dtype, type TensorEntry, type WeightDtype } from '../../checkpoint/index';
import { canHold, type StoredType } from '../../engine/index';

/** Each with what it does, as flags and the schema say it. */
export const frozenWeights = {
  'as-stored': { about: 'as the checkpoint has them', type: undefined },
  bf16: { about: 'rounded to the nearest, ties to even', type: 'bf16' },
  f16: { about: 'rounded likewise; refused beyond its range', type: 'f16' },
  q8: {
    about:
      'eight bits in blocks of 32 with an f16 scale, as Q8_0; a matrix whose rows are no whole blocks stays as stored',
    type: 'q8',
  },
} as const satisfies Record<string, { readonly about: string; readonly type: StoredType | undefined }>;

export type FrozenWeights = keyof typeof frozenWeights;
export const frozenWeightNames = Object.keys(frozenWeights) as readonly FrozenWeights[];

const storedTypes: Readonly<Record<WeightDtype, StoredType>> = { F32: 'f32', BF16: 'bf16', F16: 'f16' };

/** Frozen matrices of one model, counted as tensors of the checkpoint. */
export interface FrozenPlan {
  readonly held: FrozenWeights;
  /** Whose values are rounded. */
  readonly rounded: number;
  readonly asStored: number;
  /** Whether the engine holds them as f32 all the same, so that no memory is saved: onnxruntime's kernels read nothing narrower. */
  readonly widened: boolean;
}

/** Of a tensor that is held as it is stored: its bytes go onto the device as they are. */
export function storedType(dtype: Dtype): StoredType | undefined {
  return isWeightDtype(dtype) ? storedTypes[dtype] : undefined;
}

/** How a frozen matrix is held. */
export function frozenType({ dtype, shape }: Pick<TensorEntry, 'dtype' | 'shape'>, held: FrozenWeights): StoredType {
  const asStored = storedType(dtype) ?? 'f32';
  const { type = asStored } = frozenWeights[held];
  return canHold(type, shape.at(-1) ?? 1) ? type : asStored;
}

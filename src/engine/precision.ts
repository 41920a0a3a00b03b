/** Of multiplications in matrix products. Sums, norms, softmax, weights and their updates are f32 in both. */
export const precisions = ['f32', 'f16'] as const;

export type Precision = (typeof precisions)[number];

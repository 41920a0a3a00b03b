/**
 * What workgroups are like on a kind of adapter. Attention and everything that reduces rows come in one form a family; matrix
 * products in one variant or more, each a row of `matmulVariants` (variants.ts), and the variant in use says the family.
 */
export interface KernelFamilyTraits {
  /** For adapters that software imitates, where workgroup memory and barriers are slow; all others are for GPUs. */
  readonly forSoftware: boolean;
  /** Lanes that reduce a row of hidden values; a power of two. */
  readonly reductionLanes: number;
  /** Lanes that reduce a row of logits, as far as the adapter has so many; a power of two. */
  readonly vocabularyLanes: number;
}

export const kernelFamilies = {
  /** Registers of few lanes, no barriers in products: software adapters run barriers lane by lane. */
  lane: { forSoftware: true, reductionLanes: 8, vocabularyLanes: 8 },
  /** Tiles through workgroup memory, many lanes. */
  workgroup: { forSoftware: false, reductionLanes: 64, vocabularyLanes: 256 },
} satisfies Record<string, KernelFamilyTraits>;

export type KernelFamily = keyof typeof kernelFamilies;

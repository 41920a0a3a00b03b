/**
 * What a product's kernel does with a value before it is stored (shaders/matmulEpilogue.wgsl, which every variant includes): the
 * constants, and the bindings behind those of the product and its bias.
 */
import { byteLength } from '../../graph';
import type { Binding, Dispatch } from '../../op';
import { activationConstants } from '../activation';
import { reads, writes } from '../dispatch';
import type { Matmul } from '../matmul';

export function epilogueConstants({ accumulate, addend, gated, gatedBackward }: Matmul): Dispatch['constants'] {
  const gating = gated ?? gatedBackward;
  return {
    ACCUMULATE: accumulate ?? false,
    ADDEND: addend !== undefined,
    GATED: gated !== undefined,
    KEEP: gated?.activated !== undefined,
    GATED_BACKWARD: gatedBackward !== undefined,
    ...(gating ? activationConstants(gating.activation) : {}),
  };
}

export function epilogueBindings({ addend, gated, gatedBackward }: Matmul): Binding[] {
  return [
    ...(addend ? [reads(addend)] : []),
    ...(gated ? [reads(gated.gate), ...(gated.activated ? [writes(gated.activated)] : [])] : []),
    ...(gatedBackward ? [reads(gatedBackward.gate), reads(gatedBackward.up), writes(gatedBackward.dUp)] : []),
  ];
}

/** Bytes beside those of operands and product. */
export function epilogueBytes(matmul: Matmul): { readonly reads: number; readonly writes: number } {
  const bytes = (access: Binding['access']) =>
    epilogueBindings(matmul).reduce(
      (sum, binding) => sum + (binding.access === access ? byteLength(binding.tensor) : 0),
      0,
    );
  return { reads: bytes('read'), writes: bytes('readWrite') };
}

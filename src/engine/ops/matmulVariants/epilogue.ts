/**
 * What a product's kernel does with a value before it is stored (shaders/matmulEpilogue.wgsl, which every variant includes): the
 * constants, and the bindings behind those of the product and its bias.
 */
import { byteLength } from '../../graph';
import type { Binding, Dispatch } from '../../op';
import { activationConstants } from '../activation';
import { reads, writes } from '../dispatch';
import type { Matmul } from '../matmul';

export function epilogueConstants({ accumulate, addend, activated, backward }: Matmul): Dispatch['constants'] {
  const activation = (activated ?? backward)?.activation;
  return {
    ACCUMULATE: accumulate ?? false,
    ADDEND: addend !== undefined,
    GATED: activated?.gate !== undefined,
    ACTIVATED: activated !== undefined && !activated.gate,
    KEEP: activated?.values !== undefined,
    GATED_BACKWARD: backward?.gated !== undefined,
    SLOPE: backward !== undefined && !backward.gated,
    ...(activation ? activationConstants(activation) : {}),
  };
}

export function epilogueBindings({ addend, activated, backward }: Matmul): Binding[] {
  const { gated } = backward ?? {};
  return [
    ...(addend ? [reads(addend)] : []),
    ...(activated?.gate ? [reads(activated.gate)] : []),
    ...(activated?.values ? [writes(activated.values)] : []),
    ...(backward ? [reads(backward.of)] : []),
    ...(gated ? [reads(gated.up), writes(gated.dUp)] : []),
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

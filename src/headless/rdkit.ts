/** RDKit under Node, which finds its wasm beside its script. Loaded when first asked for. */
import type { FieldLibraries } from '../lab/index';

let opened: ReturnType<FieldLibraries['rdkit']> | undefined;

export const nodeFieldLibraries: FieldLibraries = {
  rdkit: () => (opened ??= import('@rdkit/rdkit').then(({ default: init }) => init())),
};

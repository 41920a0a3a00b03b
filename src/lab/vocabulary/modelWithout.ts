/** The model that an arm runs where old tokens went: without them, its ids running on without holes. */
import type { TokenizerFiles } from '../../tokenizer/index';
import type { LoadedModel, RowOrder } from '../open/openModel';
import { rearrangedModel } from '../open/rearranged';

/** Old tokens that go, and what is left of the tokenizer without new ones. */
export interface Removal extends RowOrder {
  /** Their rows are taken by new tokens, or left out. */
  readonly kind: 'replace' | 'trim';
  readonly files: TokenizerFiles;
  readonly tokenizerModel?: Uint8Array;
}

const made = new WeakMap<Removal, LoadedModel>();

/** The very model where all tokens are kept. */
export function modelWithout(model: LoadedModel, removal: Removal | undefined): LoadedModel {
  if (!removal) return model;
  const known = made.get(removal);
  if (known?.rearranged?.from === model) return known;
  const without = rearrangedModel(model, removal, removal, removal.kind === 'replace');
  made.set(removal, without);
  return without;
}

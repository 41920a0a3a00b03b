/** One result of the lab on its way to the page: not asked for, under way, here, or failed. */
import type { Progress } from '../../worker/index';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Slot<T> =
  | { readonly status: 'empty' }
  /** `kept`: what stays if this fails. */
  | { readonly status: 'pending'; readonly progress?: Progress; readonly kept?: T }
  /** `refused`: why what was to take its place did not. */
  | { readonly status: 'ready'; readonly value: T; readonly refused?: Failure }
  | { readonly status: 'failed'; readonly error: Failure };

export const EMPTY: Slot<never> = { status: 'empty' };

export const valueOf = <T>(slot: Slot<T>): T | undefined => (slot.status === 'ready' ? slot.value : undefined);
export const errorOf = (slot: Slot<unknown>): Failure | undefined =>
  slot.status === 'failed' ? slot.error : slot.status === 'ready' ? slot.refused : undefined;
export const isPending = (slot: Slot<unknown>): boolean => slot.status === 'pending';

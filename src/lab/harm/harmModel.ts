/** A model whose prices are compared. */
import type { Tokenizer } from '../../tokenizer/index';
import type { ModelSession } from '../device/modelSession';
import type { KnownLosses } from '../scoring/knownLosses';

export interface HarmModel {
  readonly session: ModelSession;
  readonly tokenizer: Tokenizer;
  /** Answers of these weights on this engine. */
  readonly known?: KnownLosses;
}

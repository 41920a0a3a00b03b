/** A model whose prices are compared. */
import type { Tokenizer } from '../../tokenizer/index';
import type { ModelSession } from '../device/modelSession';

export interface HarmModel {
  readonly session: ModelSession;
  readonly tokenizer: Tokenizer;
}

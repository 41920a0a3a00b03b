/** `--tokenizer-class`. */
import type { TokenizerClassChoice } from '../../lab/index';
import type { Command } from '../arguments';

export function tokenizerClassOf(command: Command): TokenizerClassChoice {
  return command.text('tokenizer-class') as TokenizerClassChoice;
}

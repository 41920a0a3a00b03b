/** Why a model has no GGUF form, in the page's language: what llama.cpp would do otherwise. */
import { msg, str } from '@lit/localize';
import type { GgufReason } from '../../worker/index';

const SENTENCES: Readonly<Record<GgufReason['reason'], (what: string) => string>> = {
  family: (what) => msg(str`Models of the family ${what} are not written to GGUF.`),
  activation: (what) => msg(str`Its activation, ${what}, is another one there.`),
  biases: () => msg('It expects biases in attention, which this model has not.'),
  windows: () => msg('It would not lay sliding windows over these layers.'),
  rotary: () => msg('A GGUF file cannot state how its rotary positions are scaled.'),
  'attention-scale': () => msg('It would scale attention otherwise.'),
  'tokenizer-kind': (what) => msg(str`Tokenizers of the kind ${what} are not written to GGUF.`),
  'pre-tokenizer': () => msg('It has no name for the rules by which this tokenizer cuts text into words.'),
  normalizer: () => msg('It would not change text before merging as this tokenizer does.'),
  space: () => msg('It would put a space before texts that begin with one, too.'),
  'whole-word': (what) => msg(str`It would find the token ${what} within words, too.`),
  ends: () => msg('It would not put the same tokens before and after a text.'),
};

export const ggufReason = (reason: GgufReason['reason'], what = ''): string => SENTENCES[reason](what);

/** What other programs make of a download otherwise than the lab, in the page's language (docs/clients.md has the measurements). */
import { msg } from '@lit/localize';
import type { ExportChoice, ReaderNote } from '../../worker/index';

const sentences: Readonly<Record<ReaderNote['reason'], () => string>> = {
  nfc: () =>
    msg(
      'llama.cpp normalises nothing: text in which letters and accents are apart (not NFC) is cut otherwise than here. What is typed nearly always is NFC.',
    ),
  'spelled-end': () =>
    msg(
      'llama.cpp takes </s>, an ordinary piece of this vocabulary, for an end of text where a text has it written out.',
    ),
  'written-metaspace': () =>
    msg('llama.cpp cuts a text otherwise that has the character ▁ itself in it, beside spaces.'),
  'rounded-activations': () =>
    msg(
      'With weights of this type llama.cpp rounds activations to it too: of two tokens that are nearly tied it may choose the other.',
    ),
  'written-specials': () =>
    msg(
      'SentencePiece itself, which reads tokenizer.model, takes special tokens that are written out in a text for plain text.',
    ),
  'js-digits': () =>
    msg(
      'transformers.js knows the digits 0 to 9 alone where this tokenizer cuts at the digits of every script: texts with others are cut otherwise.',
    ),
  'neox-head': () =>
    msg(
      'transformers 4 knows the head of this model as embed_out and finds lm_head, as transformers 5 saves it: it would make up another. Rename that tensor for it.',
    ),
  'neox-mergekit': () =>
    msg(
      'mergekit asks for constants of old checkpoints of this family, such as attention.bias, which this model is without.',
    ),
};

export function readerSentences(
  notes: readonly ReaderNote[],
  { form, ggufDtype }: Pick<ExportChoice, 'form' | 'ggufDtype'>,
): string[] {
  return notes
    .filter(({ forms, ggufDtypes = [ggufDtype] }) => forms.includes(form) && ggufDtypes.includes(ggufDtype))
    .map(({ reason }) => sentences[reason]());
}

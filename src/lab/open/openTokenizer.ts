/** The tokenizer of a folder, from the texts of its files. */
import type { Checkpoint } from '../../checkpoint/index';
import { LabError } from '../../error';
import {
  loadTokenizer,
  type Tokenizer,
  type TokenizerFiles,
  type WholeTokenizer,
  wholeTokenizer,
} from '../../tokenizer/index';

type Files = Pick<Checkpoint, 'name' | 'tokenizerFiles'>;

export function openTokenizer(checkpoint: Files): Tokenizer {
  return openWhole(checkpoint).tokenizer;
}

/** The tokenizer with what its files say beside it. */
export function openWhole(checkpoint: Files): { readonly tokenizer: Tokenizer; readonly whole: WholeTokenizer } {
  const { tokenizerFiles: files } = checkpoint;
  if (files['tokenizer.json'] === undefined) {
    throw new LabError(
      'checkpoint/missing-file',
      `\`${checkpoint.name}\` has no \`tokenizer.json\`, and nothing that one is made of: a SentencePiece \`tokenizer.model\`, or \`vocab.json\` with \`merges.txt\`.`,
      'Choose the folder that holds config.json, the tokenizer and the weights together, or let transformers write a tokenizer.json: AutoTokenizer.from_pretrained(folder).save_pretrained(folder).',
      { file: 'tokenizer.json' },
    );
  }
  const whole = wholeTokenizer(files as TokenizerFiles);
  return { tokenizer: loadTokenizer(whole.json, whole.config), whole };
}

/** Unigram and WordPiece are read and measured; new pieces can be given to BPE only. */
export function isExtendable({ family }: Pick<Tokenizer, 'family'>): boolean {
  return family === 'byte-level-bpe' || family === 'sentencepiece-bpe';
}

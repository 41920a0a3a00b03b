/** The tokenizer of a folder, from the texts of its files. */
import type { Checkpoint } from '../checkpoint/index';
import { LabError } from '../error';
import { loadTokenizer, parseFile, type Tokenizer } from '../tokenizer/index';

export function openTokenizer(checkpoint: Pick<Checkpoint, 'name' | 'tokenizerFiles'>): Tokenizer {
  const { tokenizerFiles: files } = checkpoint;
  if (files['tokenizer.json'] === undefined) {
    throw new LabError(
      'checkpoint/missing-file',
      `\`${checkpoint.name}\` has no \`tokenizer.json\`, and nothing that one is made of: a SentencePiece \`tokenizer.model\`, or \`vocab.json\` with \`merges.txt\`.`,
      'Choose the folder that holds config.json, the tokenizer and the weights together, or let transformers write a tokenizer.json: AutoTokenizer.from_pretrained(folder).save_pretrained(folder).',
      { file: 'tokenizer.json' },
    );
  }
  const hasConfig = files['tokenizer_config.json'] !== undefined;
  return loadTokenizer(
    parseFile(files, 'tokenizer.json'),
    hasConfig ? parseFile(files, 'tokenizer_config.json') : undefined,
  );
}

/** Unigram and WordPiece are read and measured; new pieces can be given to BPE only. */
export function isExtendable({ family }: Pick<Tokenizer, 'family'>): boolean {
  return family === 'byte-level-bpe' || family === 'sentencepiece-bpe';
}

/** The tokenizer of a folder, from the texts of its files. */
import type { Checkpoint } from '../checkpoint/index';
import { LabError } from '../error';
import { loadTokenizer, type Tokenizer } from '../tokenizer/index';

export function openTokenizer(checkpoint: Pick<Checkpoint, 'name' | 'tokenizerFiles'>): Tokenizer {
  const text = checkpoint.tokenizerFiles['tokenizer.json'];
  if (text === undefined) {
    throw new LabError(
      'checkpoint/missing-file',
      `\`${checkpoint.name}\` has no \`tokenizer.json\`.`,
      'Choose the folder that holds config.json, tokenizer.json and the weights together.',
      { file: 'tokenizer.json' },
    );
  }
  const config = checkpoint.tokenizerFiles['tokenizer_config.json'];
  return loadTokenizer(parsed(text, 'tokenizer.json'), config && parsed(config, 'tokenizer_config.json'));
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = 'The file is damaged; fetch it again.';
    throw new LabError('checkpoint/not-json', `\`${file}\` is not JSON: ${String(cause)}`, hint, { file }, cause);
  }
}

/** Unigram and WordPiece are read and measured; new pieces can be given to BPE only. */
export function isExtendable({ family }: Pick<Tokenizer, 'family'>): boolean {
  return family === 'byte-level-bpe' || family === 'sentencepiece-bpe';
}

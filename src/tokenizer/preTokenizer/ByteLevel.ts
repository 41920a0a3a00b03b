// GPT-2's pre-tokenizer: an optional prefix space and GPT-2's own pattern. That pieces become bytes is the model's part.
import { onigPattern } from '../pattern/onigPattern';
import type { Piece, PreTokenizer } from './preTokenizer';
import { Split } from './Split';

export const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

export class ByteLevel implements PreTokenizer {
  private readonly splitter: Split | null;

  constructor(
    readonly addPrefixSpace: boolean,
    useRegex: boolean,
  ) {
    this.splitter = useRegex ? new Split(onigPattern(GPT2_PATTERN, 'pre_tokenizer'), 'Isolated', false) : null;
  }

  split(pieces: readonly Piece[]): readonly Piece[] {
    const prefixed = this.addPrefixSpace ? pieces.map(withPrefixSpace) : pieces;
    return this.splitter === null ? prefixed : this.splitter.split(prefixed);
  }

  texts(text: string): readonly string[] | null {
    if (this.addPrefixSpace) return null;
    return this.splitter === null ? [text] : this.splitter.texts(text);
  }
}

function withPrefixSpace(piece: Piece): Piece {
  return piece.text.startsWith(' ') ? piece : { text: ` ${piece.text}`, start: piece.start, added: piece.added + 1 };
}

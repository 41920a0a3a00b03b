// Cuts numbers off: each digit alone, or each run of digits.
import type { Piece, PreTokenizer } from './preTokenizer';
import { Split } from './Split';

export class Digits implements PreTokenizer {
  private readonly splitter: Split;

  constructor(readonly individual: boolean) {
    this.splitter = new Split(individual ? /\p{N}/gu : /\p{N}+/gu, 'Isolated', false);
  }

  split(pieces: readonly Piece[]): readonly Piece[] {
    return this.splitter.split(pieces);
  }
}

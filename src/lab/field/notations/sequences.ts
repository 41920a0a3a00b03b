/** Proteins and nucleotides: nothing but letters of their alphabets (IUPAC, with the ambiguous ones), headers of FASTA aside. */
import type { Notation, NotationReader } from './notation';

const header = /^[>;].*$/gmu;

/** @param letters of a residue. @param ends that may follow the last one. */
function alphabet(letters: RegExp, ends: RegExp): NotationReader {
  return {
    parse(text) {
      const residues = text.replace(header, '').replace(/\s+/gu, '').toUpperCase().replace(ends, '');
      if (residues === '') return { valid: false, why: 'no residue' };
      const wrong = [...residues].find((residue) => !letters.test(residue));
      return wrong === undefined
        ? { valid: true, canonical: residues }
        : { valid: false, why: `“${wrong}” is no residue` };
    },
    draw: () => null,
  };
}

export const protein: Notation = {
  library: null,
  grammars: ['amino-acids'],
  longest: 256,
  open: async () => alphabet(/^[ACDEFGHIKLMNPQRSTVWYBXZUOJ]$/u, /\*$/u),
};

export const nucleotides: Notation = {
  library: null,
  grammars: ['nucleotides', 'codons'],
  longest: 256,
  open: async () => alphabet(/^[ACGTUNRYSWKMBDHV]$/u, /$/u),
};

// Files of molecules, sequences, games and tunes: how each is told, and its reader, with what every document is about, so that a
// molecule, a gene, an opening or a tune never stands on both sides of the split.
export { AbcCutter, isAbc } from './abcCutter';
export { FastaCutter, isFasta } from './fastaCutter';
export { FastqCutter, isFastq } from './fastqCutter';
export { isPgn, PgnCutter } from './pgnCutter';
export { areMolecules, isSmiles, moleculeIn, SmilesCutter } from './smilesCutter';

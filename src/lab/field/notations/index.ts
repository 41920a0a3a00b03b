/** The notations whose samples are read. A new one is a row here, a file beside it, and what the page calls it. */
import { detectGrammar } from '../../../tokenizer/index';
import { chess } from './chess';
import { latex } from './latex';
import { molecules } from './molecules';
import type { Notation, NotationName } from './notation';
import { nucleotides, protein } from './sequences';

export const notations = { molecules, chess, latex, protein, nucleotides } satisfies Record<NotationName, Notation>;

/** From the texts alone; null of prose. */
export function detectNotation(texts: readonly string[]): NotationName | null {
  const grammar = detectGrammar(texts)?.name;
  const found = (Object.keys(notations) as NotationName[]).find(
    (name) => grammar !== undefined && (notations[name] as Notation).grammars.includes(grammar),
  );
  return found ?? null;
}

/** A notation whose samples can be read, drawn, and told apart by what they mean rather than by how they are spelled. */
import type { MainModule } from '@rdkit/rdkit';
import type { GrammarName } from '../../../tokenizer/index';
import type { notationNames } from '../defaults';

export type NotationName = (typeof notationNames)[number];

/** `canonical` is the same for all spellings of the same thing; `why` is the parser's own reason, in English. */
export type SampleReading =
  { readonly valid: true; readonly canonical: string } | { readonly valid: false; readonly why: string };

/** An SVG document, or MathML: shown as a picture or through a list of allowed elements, so that no script comes from a sample. */
export type Drawing = { readonly kind: 'svg' | 'mathml'; readonly markup: string };

export interface NotationReader {
  /** @param isCut whether the text was ended by its length: what it does not finish is then left out where the notation allows it. */
  parse(text: string, isCut: boolean): SampleReading;
  /** Of a text that is valid; null where the notation has no picture. */
  draw(text: string, isCut: boolean): Drawing | null;
}

/** What the lab cannot load by itself alike in a page and in Node. */
export interface FieldLibraries {
  rdkit(): Promise<MainModule>;
}

export interface Notation {
  /** The parser, and its licence; null where an alphabet is all there is to know. */
  readonly library: { readonly name: string; readonly licence: string } | null;
  /** Grammars of the tokenizer that tell it from a text. */
  readonly grammars: readonly GrammarName[];
  /** UTF-8 bytes of a sample, at most: the same for every vocabulary. */
  readonly longest: number;
  /** Loads the library. */
  open(libraries: FieldLibraries): Promise<NotationReader>;
}

// The codec: text to ids and back with exactly the model's own rules. It runs the pipeline of tokenizer.json in the order
// of the Rust library: added tokens, normalizer, added tokens of the normalised kind, pre-tokenizer, model, post-processor.
import { LabError } from '../error';
import { type AddedToken, plainAddedToken } from './addedTokens/addedToken';
import { AddedTokenMatcher } from './addedTokens/AddedTokenMatcher';
import type { Decoder } from './decoder/decoder';
import { type Encoding, EncodingBuilder } from './encoding';
import { pieceBytes, type TokenizerFamily } from './family';
import { Bpe } from './model/Bpe';
import type { LostSpan, Model, NewPiece } from './model/model';
import {
  type AlignedText,
  firstCharacterLength,
  inputEnd,
  inputStart,
  sliceAligned,
  unaligned,
} from './normalizer/alignedText';
import type { Normalizer } from './normalizer/normalizer';
import type { PostProcessor } from './postProcessor/postProcessor';
import type { Piece, PreTokenizer } from './preTokenizer/preTokenizer';
import { visibleText } from './visibleText';
import { WordStart } from './preTokenizer/WordStart';

export interface PreToken {
  /** Normalised text of the piece, in which spaces may stand as "▁". */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Set where the piece is an added token, which is never cut or merged. */
  readonly addedId: number | null;
}

export interface SpecialIds {
  readonly bos: number | null;
  readonly eos: number | null;
  readonly unknown: number | null;
  readonly padding: number | null;
}

/** The stages of tokenizer.json, made by the create functions. */
export interface TokenizerStages {
  readonly family: TokenizerFamily;
  readonly addedTokens: readonly AddedToken[];
  readonly normalizer: Normalizer;
  readonly preTokenizer: PreTokenizer;
  readonly model: Model;
  readonly postProcessor: PostProcessor;
  readonly decoder: Decoder;
  readonly special: SpecialIds;
  /** Added tokens from this id on have no row in the model; a text that holds one is refused. Absent: all have. */
  readonly embeddingRows?: number;
}

export class Tokenizer {
  readonly family: TokenizerFamily;
  readonly special: SpecialIds;
  /** Pieces of the model, without added tokens that stand outside of it: `vocab_size` in transformers. */
  readonly vocabSize: number;
  /** All tokens: `len(tokenizer)`. */
  readonly length: number;
  readonly largestId: number;
  readonly addedTokens: readonly AddedToken[];
  readonly model: Model;

  private readonly pieceOf: (string | undefined)[] = [];
  private readonly addedById: ReadonlyMap<number, AddedToken>;
  /** By id, of added tokens that match in normalised text: the Rust library decodes them as the normalizer spells them. */
  private readonly normalizedSpelling = new Map<number, string>();
  /** Left out by `skipSpecial`: as in the Rust library, a special token that its normalizer respells is not. */
  private readonly skippedIds: ReadonlySet<number>;
  private readonly rawMatcher: AddedTokenMatcher;
  private readonly normalizedMatcher: AddedTokenMatcher;
  private readonly preTokenizer: PreTokenizer;
  private readonly bytesOf = new Map<number, Uint8Array>();
  private readonly encoding = new EncodingBuilder();

  constructor(private readonly stages: TokenizerStages) {
    const { model, addedTokens, normalizer } = stages;
    this.family = stages.family;
    this.special = stages.special;
    this.model = model;
    this.addedTokens = addedTokens;
    for (const [piece, id] of model.vocabulary) this.pieceOf[id] = piece;
    this.addedById = new Map(addedTokens.map((token) => [token.id, token]));
    for (const token of addedTokens) this.pieceOf[token.id] = token.content;
    this.vocabSize = model.vocabulary.size;
    this.length = model.vocabulary.size + addedTokens.filter((token) => !model.vocabulary.has(token.content)).length;
    this.largestId = this.pieceOf.length - 1;
    const raw = addedTokens.filter((token) => !token.normalized);
    this.rawMatcher = new AddedTokenMatcher(raw.map((token) => [token.content, token]));
    const normalized = addedTokens
      .filter((token) => token.normalized)
      .map((token) => [normalizer.normalize(unaligned(token.content, 0)).text, token] as const);
    this.normalizedMatcher = new AddedTokenMatcher(normalized);
    for (const [spelling, { id }] of normalized) this.normalizedSpelling.set(id, spelling);
    const special = new Set(addedTokens.filter((token) => token.special).map((token) => token.content));
    this.skippedIds = new Set(addedTokens.map(({ id }) => id).filter((id) => special.has(this.decodedPiece(id))));
    // Models without word boundaries in tokenizer.json would merge whole documents as one piece.
    const wordStart = stages.family === 'sentencepiece-bpe' ? WordStart.where(this.bpe) : null;
    this.preTokenizer = wordStart === null ? stages.preTokenizer : wordStart.after(stages.preTokenizer);
  }

  /** @param options.specialTokens adds what the post-processor adds, such as the BOS token. */
  encode(text: string, options: { readonly specialTokens?: boolean } = {}): Encoding {
    const out = this.encoding.begin();
    const { before, after } = this.stages.postProcessor;
    if (options.specialTokens === true) for (const id of before) out.push(id, 0, 0);
    this.walk(
      text,
      (token, start, end) => out.push(token.id, start, end),
      (piece, aligned) => {
        const { ids, starts, ends, lost } = this.model.segment(piece.text);
        const shift = piece.start - piece.added;
        const isPrefixAlone = piece.text.length === piece.added;
        const first = isPrefixAlone ? 0 : firstCharacterLength(piece.text.slice(piece.added));
        for (let at = 0; at < ids.length; at++) {
          const from = Math.max(piece.start, shift + starts[at]!);
          const to = Math.max(piece.start + (ends[at]! <= piece.added ? first : 0), shift + ends[at]!);
          out.push(ids[at]!, inputStart(aligned, from), inputEnd(aligned, to));
        }
        if (lost !== undefined) this.lose(out, lost, piece, aligned);
      },
    );
    if (options.specialTokens === true) for (const id of after) out.push(id, text.length, text.length);
    return out.finish();
  }

  /** @throws LabError tokenizer/unknown-id for an id that no token has. */
  decode(ids: ArrayLike<number>, options: { readonly skipSpecial?: boolean } = {}): string {
    const pieces: string[] = [];
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at]!;
      if (options.skipSpecial === true && this.skippedIds.has(id)) continue;
      pieces.push(this.decodedPiece(id));
    }
    return this.stages.decoder.decode(pieces).join('');
  }

  /** What an added token of this content would be decoded as by itself. */
  decodedAlone(content: string): string {
    return this.stages.decoder.decode([content]).join('');
  }

  /** The pieces that merging starts from, and added tokens between them. */
  preTokenize(text: string): PreToken[] {
    const out: PreToken[] = [];
    this.walk(
      text,
      (token, start, end) => out.push({ text: token.content, start, end, addedId: token.id }),
      (piece, aligned) => {
        const length = piece.text.length - piece.added;
        const start = inputStart(aligned, piece.start);
        const end = length > 0 ? inputEnd(aligned, piece.start + length) : start;
        out.push({ text: piece.text, start, end, addedId: null });
      },
    );
    return out;
  }

  /** The texts of those pieces alone, for whoever counts them. */
  eachWord(text: string, take: (word: string) => void): void {
    const { preTokenizer } = this;
    this.walkParts(
      text,
      () => undefined,
      (part, atTextStart) => {
        const texts = preTokenizer.texts?.(part.text) ?? null;
        if (texts !== null) for (const word of texts) take(word);
        else for (const piece of preTokenizer.split(onePiece(part), atTextStart)) take(piece.text);
      },
    );
  }

  /** The piece as tokenizer.json writes it. */
  piece(id: number): string {
    const piece = this.pieceOf[id];
    if (piece === undefined) {
      throw new LabError('tokenizer/unknown-id', `No token has id ${id}; ids end at ${this.largestId}.`);
    }
    return piece;
  }

  idOfPiece(piece: string): number | undefined {
    return this.addedTokens.find((token) => token.content === piece)?.id ?? this.model.vocabulary.get(piece);
  }

  hasId(id: number): boolean {
    return this.pieceOf[id] !== undefined;
  }

  isAdded(id: number): boolean {
    return this.addedById.has(id);
  }

  /** Marks that are no text, as the ends of documents; an added token that is none stands for its own text. */
  isSpecial(id: number): boolean {
    return this.addedById.get(id)?.special === true;
  }

  /** The bytes of text a token stands for; "▁" is a space. */
  tokenBytes(id: number): Uint8Array {
    const known = this.bytesOf.get(id);
    if (known !== undefined) return known;
    const bytes = this.isAdded(id) ? new TextEncoder().encode(this.piece(id)) : pieceBytes(this.piece(id), this.family);
    this.bytesOf.set(id, bytes);
    return bytes;
  }

  /** A token for people: its text, with bytes that are no text as `\xE4` and control characters as `\n`. */
  tokenText(id: number): string {
    return visibleText(this.tokenBytes(id));
  }

  /** @throws LabError tokenizer/not-bpe for Unigram and WordPiece models, which can be measured only. */
  get bpe(): Bpe {
    if (this.model instanceof Bpe) return this.model;
    throw new LabError(
      'tokenizer/not-bpe',
      `A ${this.family} tokenizer can be read and measured; new tokens can be given to BPE tokenizers only.`,
      'Choose a model with a BPE tokenizer (GPT-2, Llama, Qwen, Mistral, Gemma); or train on with its vocabulary, if that can write the texts.',
      { family: this.family },
    );
  }

  /** The same tokenizer for a model of so many rows: encoding a text with an added token past them is an error. */
  withRows(embeddingRows: number): Tokenizer {
    return new Tokenizer({ ...this.stages, embeddingRows });
  }

  /** The tokenizer with more tokens: merges after all it has, characters, added tokens. All of them have rows then. */
  extended(pieces: readonly NewPiece[]): Tokenizer {
    const added = pieces.filter((piece) => piece.kind === 'added').map(({ id, piece }) => plainAddedToken(id, piece));
    const addedTokens = added.length > 0 ? [...this.addedTokens, ...added] : this.addedTokens;
    const { embeddingRows: _, ...stages } = this.stages;
    return new Tokenizer({ ...stages, addedTokens, model: this.bpe.extended(pieces) });
  }

  /** The same tokenizer before it learned to merge: bytes, or characters. */
  withoutMerges(): Tokenizer {
    return new Tokenizer({ ...this.stages, model: this.bpe.withoutMerges() });
  }

  /** Whether the model gives exactly this token for the token's own bytes. */
  reaches(id: number): boolean {
    const piece = this.piece(id);
    if (this.isAdded(id)) {
      const { ids } = this.encode(piece);
      return ids.length === 1 && ids[0] === id;
    }
    if (this.family !== 'byte-level-bpe') {
      const { ids } = this.model.segment(piece);
      return ids.length === 1 && ids[0] === id;
    }
    const { bpe } = this;
    const ids = bpe.mergeIds(Array.from(this.tokenBytes(id), (byte) => bpe.symbols.idOfByte(byte)));
    return ids.length === 1 && ids[0] === id;
  }

  private lose(out: EncodingBuilder, lost: readonly LostSpan[], piece: Piece, aligned: AlignedText): void {
    const shift = piece.start - piece.added;
    for (const span of lost) {
      // A prefix that the tokenizer adds is no part of the input, whatever becomes of it.
      const from = Math.max(piece.start, shift + span.start);
      const to = Math.max(from, shift + span.end);
      const start = inputStart(aligned, from);
      out.lose(start, to > from ? inputEnd(aligned, to) : start, span.tokens);
    }
  }

  private requireRow({ id, content }: AddedToken): void {
    const { embeddingRows = Infinity } = this.stages;
    if (id < embeddingRows) return;
    throw new LabError(
      'tokenizer/no-row',
      `A text holds ${JSON.stringify(content)}, which is token ${id}; the model has ${embeddingRows} embedding rows and none for it.`,
      'Take it out of the texts: the model was never trained with it.',
      { token: content, id, embeddingRows },
    );
  }

  private decodedPiece(id: number): string {
    return this.normalizedSpelling.get(id) ?? this.piece(id);
  }

  private walk(
    input: string,
    onAdded: (token: AddedToken, start: number, end: number) => void,
    onPiece: (piece: Piece, aligned: AlignedText) => void,
  ): void {
    this.walkParts(input, onAdded, (part, atTextStart) => {
      for (const piece of this.preTokenizer.split(onePiece(part), atTextStart)) onPiece(piece, part);
    });
  }

  /** Added tokens, and the normalised text between them. */
  private walkParts(
    input: string,
    onAdded: (token: AddedToken, start: number, end: number) => void,
    onPart: (part: AlignedText, atTextStart: boolean) => void,
  ): void {
    // A lone surrogate has no UTF-8 form; like the Rust library's bindings, it is read as U+FFFD.
    const text = (input as string & { toWellFormed(): string }).toWellFormed();
    for (const raw of this.rawMatcher.cut(text)) {
      if (raw.token !== null) {
        this.requireRow(raw.token);
        onAdded(raw.token, raw.from, raw.to);
        continue;
      }
      const whole = raw.from === 0 && raw.to === text.length;
      const segment = unaligned(whole ? text : text.slice(raw.from, raw.to), raw.from);
      const normal = this.stages.normalizer.normalize(segment);
      for (const span of this.normalizedMatcher.cut(normal.text)) {
        if (span.token !== null) {
          this.requireRow(span.token);
          onAdded(span.token, inputStart(normal, span.from), inputEnd(normal, span.to));
          continue;
        }
        const part = span.to - span.from === normal.text.length ? normal : sliceAligned(normal, span.from, span.to);
        onPart(part, raw.from === 0 && span.from === 0);
      }
    }
  }
}

function onePiece({ text }: AlignedText): readonly Piece[] {
  return [{ text, start: 0, added: 0 }];
}

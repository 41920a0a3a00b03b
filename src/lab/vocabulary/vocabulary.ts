/** The first k of the learned tokens as a vocabulary: the extended tokenizer and its files, and what it saves. */
import { LabError } from '../../error';
import {
  Exposures,
  extendSentencePieceModel,
  extendTokenizer,
  linkIds,
  llamaCppHash,
  makeSentencePieceModel,
  parseFile,
  pruneLeaves,
  spelledTokensOf,
  TOKENIZER_FILES,
  type NewToken as LearnedToken,
  type Shortfall,
  type Tokenizer,
  type TokenizerFiles,
  type VocabularyExtension,
} from '../../tokenizer/index';
import { countedBytes, type CorpusText } from '../open/corpusText';
import { countText } from './counting';
import type { NewRows } from '../device/graftedRows';
import { piecesShown } from '../open/pieces';
import { throttled, type OnProgress } from '../progress';
import type { LengthChange, NewToken, VocabularySummary } from './vocabularySummary';
import type { TokenizerModel } from '../open/tokenizerModel';
import type { Removal } from './modelWithout';

export interface Vocabulary {
  /** The extended tokenizer, as it is loaded from `files`. */
  readonly tokenizer: Tokenizer;
  readonly files: TokenizerFiles;
  readonly newRows: readonly NewRows[];
  readonly summary: VocabularySummary;
  /** Old tokens that went; `files`, ids and rows are then of a model without them (`modelWithout`). */
  readonly removal?: Removal;
}

export interface BuildOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** What the new cut is compared with, where it is not the model's own tokenizer. */
  readonly before?: Tokenizer;
}

export async function buildVocabulary(
  model: TokenizerModel,
  corpus: CorpusText,
  extension: VocabularyExtension,
  newTokens: number,
  options: BuildOptions = {},
): Promise<Vocabulary> {
  const started = performance.now();
  const report = throttled(options.onProgress ?? (() => undefined));
  if (newTokens < 1) {
    throw new LabError('lab/no-new-tokens', 'A vocabulary needs at least one new token.', 'Choose a larger size.');
  }
  if (extension.tokens.length === 0) {
    const message = 'Every candidate is turned down, so that no new token is left.';
    throw new LabError('lab/no-new-tokens', message, 'Accept some of them, or add one by hand.');
  }
  if (extension.changed) throw changesText(model.summary.name, extension.changed);
  const chosen = extension.tokens.slice(0, newTokens);
  report({ phase: 'writing', done: 0, total: 3 });
  const { files, tokenizer } = extendTokenizer(tokenizerFilesOf(model), chosen);
  // What it contradicts is said now, not after training.
  tokenizerModelOf(model, tokenizer);
  const summary = await summaryOf(
    model,
    corpus,
    tokenizer,
    shownTokens(model.tokenizer, chosen, extension.tokens.length),
    {
      onProgress: report,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.before ? { before: options.before } : {}),
    },
  );
  return {
    tokenizer,
    files,
    newRows: chosen.map(({ id, pieces }) => ({ id, pieces })),
    summary: {
      ...summary,
      ...(extension.refused.length > 0 ? { refused: extension.refused.map(({ text }) => text) } : {}),
      dead: extension.dead.length,
      links: linkIds(chosen).size,
      shortfall: chosen.length < newTokens ? shortfallOf(extension, newTokens, chosen.length) : null,
      milliseconds: performance.now() - started,
    },
  };
}

/** Of the learning, with what was taken out afterwards. */
function shortfallOf({ shortfall }: VocabularyExtension, asked: number, learned: number): Shortfall {
  const gone = (shortfall?.learned ?? asked) - learned;
  return { asked, learned, turnedDown: { ...shortfall?.turnedDown, ...(gone > 0 ? { 'turned-down': gone } : {}) } };
}

/** What an extended tokenizer saves, and where its new ids lie. */
export async function summaryOf(
  model: TokenizerModel,
  corpus: Pick<CorpusText, 'heldOut' | 'general'>,
  tokenizer: Tokenizer,
  newTokens: readonly NewToken[],
  options: BuildOptions = {},
): Promise<VocabularySummary> {
  const started = performance.now();
  const report = options.onProgress ?? (() => undefined);
  const signal = options.signal ? { signal: options.signal } : {};
  report({ phase: 'measuring', done: 1, total: 3 });
  const before = options.before ?? model.tokenizer;
  const heldOut = await beforeAndAfter(before, tokenizer, corpus.heldOut, signal);
  report({ phase: 'measuring', done: 2, total: 3 });
  const general = await beforeAndAfter(before, tokenizer, corpus.general, signal);
  report({ phase: 'measuring', done: 3, total: 3 });
  const hashes = await Promise.all([llamaCppHash(before), llamaCppHash(tokenizer)]);
  const firstNewId = newTokens[0]?.id ?? tokenizer.largestId + 1;
  const rowsBefore = model.summary.embeddingRows;
  const end = firstNewId + newTokens.length;
  return {
    newTokens,
    dead: 0,
    links: 0,
    shortfall: null,
    firstNewId,
    spareRowsUsed: Math.max(0, Math.min(rowsBefore, end) - firstNewId),
    embeddingRowsBefore: rowsBefore,
    embeddingRowsAfter: Math.max(rowsBefore, end),
    heldOut,
    general,
    llamaCppHash: hashes[0] === null || hashes[1] === null ? null : { before: hashes[0], after: hashes[1] },
    hasTokenizerModel: tokenizerModelOf(model, model.tokenizer) !== undefined,
    milliseconds: performance.now() - started,
  };
}

/** Without the rare tokens that nothing else is built on, until every leaf is seen `floor` times in the training text. */
export function prunedExtension(extension: VocabularyExtension, floor: number): VocabularyExtension {
  const tokens = pruneLeaves(extension.tokens, floor);
  if (tokens.length > 0) return { ...extension, tokens: recounted(tokens) };
  throw new LabError(
    'lab/no-new-tokens',
    `No new token is seen ${floor} times.`,
    'Ask for a lower exposure, or add text.',
  );
}

/** Occurrences as they are when these tokens are all there are. */
function recounted(tokens: readonly LearnedToken[]): LearnedToken[] {
  const exposures = new Exposures(tokens).of(tokens.length);
  return tokens.map((token, index) => ({ ...token, occurrences: exposures[index]! }));
}

function changesText(
  name: string,
  { text, decoded, addsSpaces }: NonNullable<VocabularyExtension['changed']>,
): LabError {
  const how = `${JSON.stringify(text)} would come back as ${JSON.stringify(decoded)}`;
  return new LabError(
    'lab/changes-text',
    addsSpaces
      ? `With these added tokens, ${name} would decode texts with other spaces: ${how}.`
      : `With these added tokens, ${name} would decode other texts: ${how}.`,
    addsSpaces
      ? 'Its tokenizer treats spaces at the ends of every stretch of text, also beside an added token. Continue the merges instead.'
      : 'Its tokenizer treats the text beside an added token as a text of its own. Continue the merges instead.',
    { text, decoded },
  );
}

export function tokenizerFilesOf({ checkpoint }: Pick<TokenizerModel, 'checkpoint'>): TokenizerFiles {
  const known = TOKENIZER_FILES.filter((name) => checkpoint.tokenizerFiles[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, checkpoint.tokenizerFiles[name]])) as TokenizerFiles;
}

/**
 * SentencePiece's own file with the pieces of an extended tokenizer, made of its merges where the base came without one. Byte-level
 * models have none, nor has a tokenizer that SentencePiece would read otherwise.
 */
export function tokenizerModelOf(model: TokenizerSource, extended: Tokenizer): Uint8Array | undefined {
  if (extended.family !== 'sentencepiece-bpe') return undefined;
  const file = model.checkpoint.tokenizerModel ?? madeTokenizerModel(model);
  return file && extendSentencePieceModel(file, extended);
}

type TokenizerSource = Pick<TokenizerModel, 'checkpoint' | 'tokenizer'>;

/** Seconds of work in a vocabulary of 256,000. */
const made = new WeakMap<Tokenizer, { readonly file: Uint8Array | undefined }>();

function madeTokenizerModel({ checkpoint, tokenizer }: TokenizerSource): Uint8Array | undefined {
  const known = made.get(tokenizer);
  if (known) return known.file;
  const json = parseFile(checkpoint.tokenizerFiles, 'tokenizer.json');
  const file = makeSentencePieceModel(tokenizer, json as Readonly<Record<string, unknown>>);
  made.set(tokenizer, { file });
  return file;
}

/**
 * Occurrences of a prefix of the trace: those at the merge, less what later chosen merges took from it. The figures of
 * the whole extension hold for its full size only.
 */
function shownTokens(base: Tokenizer, chosen: readonly LearnedToken[], learned: number): NewToken[] {
  const isWhole = chosen.length === learned;
  const exposures = isWhole ? chosen.map((token) => token.occurrences) : new Exposures(chosen).of(chosen.length);
  const spelled = spelledBefore(base, chosen);
  const links = linkIds(chosen);
  return chosen.map((token, index) => {
    const occurrences = exposures[index]!;
    return {
      id: token.id,
      text: token.text,
      pieces: piecesShown(base, token.pieces),
      occurrences,
      documents: token.documents,
      tokensSaved: occurrences * (spelled(token.id) - 1),
      ...(links.has(token.id) ? { isLink: true as const } : {}),
    };
  });
}

/** By new id, the old tokens of its text, lost text spelled in bytes. */
function spelledBefore(base: Tokenizer, chosen: readonly LearnedToken[]): (id: number) => number {
  const spelled = new Map<number, number>();
  const of = (id: number): number => spelled.get(id) ?? 1;
  for (const token of chosen) {
    if (token.kind === 'merge') spelled.set(token.id, of(token.left) + of(token.right));
    else if (token.kind === 'added') spelled.set(token.id, spelledTokensOf(token.piece, base.encode(token.piece)));
    else spelled.set(token.id, Math.max(token.pieces.length, token.bytes.length));
  }
  return of;
}

async function beforeAndAfter(
  before: Tokenizer,
  after: Tokenizer,
  documents: readonly string[],
  signal: { readonly signal?: AbortSignal },
): Promise<LengthChange> {
  const old = await countText(before, documents, countedBytes, signal);
  const { tokens: tokensAfter, lostBytes: lostAfter } = await countText(after, documents, countedBytes, signal);
  return { bytes: old.bytes, tokensBefore: old.tokens, tokensAfter, lostBefore: old.lostBytes, lostAfter };
}

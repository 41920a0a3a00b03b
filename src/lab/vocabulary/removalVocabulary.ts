/**
 * Vocabularies in which old tokens go: *replace*, where as many new ones take their rows, and *trim*, where none do. The lab works on
 * the model without them, whose ids run on without holes: kept tokens in their order, new ones behind them. A trimmed model is written
 * so; of a replaced one every kept token has its own id again in what is written (export/asWritten.ts).
 */
import { llamaCppHash, renumberSentencePiece, renumberTokenizer, type Tokenizer } from '../../tokenizer/index';
import { LabError } from '../../error';
import type { LearnedSpec, TrimSpec } from '../experiment/spec';
import type { CorpusText } from '../open/corpusText';
import { newIds, rearrangedTokenizer } from '../open/rearranged';
import { openTokenizer } from '../open/openTokenizer';
import type { TokenizerModel } from '../open/tokenizerModel';
import type { RemovalChoice } from './choice';
import type { Removal } from './modelWithout';
import { noRoom, removableTokens } from './removal';
import { removalPrice } from './removalPrice';
import { specExtension, type SpecVocabularyOptions } from './specExtension';
import { buildVocabulary, summaryOf, tokenizerFilesOf, type Vocabulary } from './vocabulary';
import type { RemovalSummary, VocabularySummary } from './vocabularySummary';
import { restoredFiles } from './writtenTokenizer';

/**
 * New tokens in the rows of old ones, exactly as many as there are of them. Throws `lab/no-room` where too few may go, and as
 * `removableTokens` does.
 */
export async function replacedVocabulary(
  model: TokenizerModel,
  corpus: CorpusText,
  spec: LearnedSpec,
  options: SpecVocabularyOptions,
): Promise<Vocabulary> {
  requireRows(model);
  const remove = spec.remove!;
  const { ids } = await removableTokens(model, corpus, remove, options);
  let count = spec.newTokens + spec.added.length;
  // An alphabet says itself how many atoms it has.
  if (spec.method === 'atomic') count = Math.min(count, (await specExtension(model, corpus, spec, options)).asked);
  const asked = count;
  for (;;) {
    if (ids.length < count) throw noRoom('newTokens', count, ids.length, remove);
    if (remove.pieces.length > count) throw tooManyNamed(remove, count);
    const removal = removalOf(model, ids.slice(0, count), 'replace');
    const without = rearrangedTokenizer(model, removal, removal);
    const { extension } = await specExtension(without, corpus, spec, options);
    // Fewer were found: the rows of others are given back, and those learned anew that are then shorter to write.
    if (extension.tokens.length < count && extension.tokens.length > 0) {
      count = extension.tokens.length;
      continue;
    }
    const { onProgress, signal } = options;
    const built = await buildVocabulary(
      without,
      corpus,
      { ...extension, tokens: extension.tokens.slice(0, count) },
      asked,
      {
        ...(onProgress ? { onProgress } : {}),
        ...(signal ? { signal } : {}),
        before: model.tokenizer,
      },
    );
    const written = openTokenizer({ name: model.summary.name, tokenizerFiles: restoredFiles(built.files, removal) });
    const rows = model.summary.embeddingRows;
    return {
      ...built,
      removal,
      summary: {
        ...built.summary,
        ...{ spareRowsUsed: 0, embeddingRowsBefore: rows, embeddingRowsAfter: rows },
        llamaCppHash: await hashes(model.tokenizer, written),
        removal: await summarised(model, without.tokenizer, removal, ids.length, remove, corpus, options),
      },
    };
  }
}

/** The old vocabulary without tokens that no text uses. Throws as `replacedVocabulary`. */
export async function trimmedVocabulary(
  model: TokenizerModel,
  corpus: CorpusText,
  { remove }: TrimSpec,
  options: SpecVocabularyOptions,
): Promise<Vocabulary> {
  const { ids } = await removableTokens(model, corpus, remove, options);
  const { tokens = Math.max(1, ids.length) } = remove;
  if (ids.length < tokens) throw noRoom('remove.tokens', tokens, ids.length, remove);
  const removal = removalOf(model, ids, 'trim');
  const without = rearrangedTokenizer(model, removal, removal);
  const summary = await summaryOf(without, corpus, without.tokenizer, [], { before: model.tokenizer });
  const { embeddingRows } = model.summary;
  return {
    tokenizer: without.tokenizer,
    files: removal.files,
    newRows: [],
    removal,
    summary: {
      ...summary,
      ...{ embeddingRowsBefore: embeddingRows, embeddingRowsAfter: removal.rows.length },
      removal: await summarised(model, without.tokenizer, removal, ids.length, remove, corpus, options),
    },
  };
}

async function hashes(before: Tokenizer, written: Tokenizer): Promise<VocabularySummary['llamaCppHash']> {
  const [old, now] = [await llamaCppHash(before), await llamaCppHash(written)];
  return old === null || now === null ? null : { before: old, after: now };
}

/** Kept tokens in their order; of a replacement the removed ones' rows behind them, where new ids come to lie; then rows without tokens. */
function removalOf(model: TokenizerModel, removed: readonly number[], kind: Removal['kind']): Removal {
  const { tokenizer, summary, checkpoint } = model;
  const rowsBefore = summary.embeddingRows;
  const gone = new Set(removed);
  const ids = Array.from({ length: rowsBefore }, (_, id) => id);
  const kept = ids.filter((id) => !gone.has(id));
  const tokens = kept.filter((id) => id <= tokenizer.largestId);
  const spare = kept.filter((id) => id > tokenizer.largestId);
  const freed = kind === 'replace' ? removed.toSorted((a, b) => a - b) : [];
  const order = { rows: Int32Array.from([...tokens, ...freed, ...spare]), rowsBefore };
  const newId = newIds(order);
  const newIdOf = (id: number) => (gone.has(id) ? undefined : newId(id));
  const files = renumberTokenizer(tokenizerFilesOf(model), newIdOf);
  const { tokenizerModel } = checkpoint;
  return {
    ...order,
    ...{ kind, files },
    ...(tokenizerModel ? { tokenizerModel: renumberSentencePiece(tokenizerModel, newIdOf) } : {}),
  };
}

async function summarised(
  model: TokenizerModel,
  without: Tokenizer,
  { kind, rows, rowsBefore }: Removal,
  free: number,
  { leastCount }: RemovalChoice,
  corpus: CorpusText,
  { signal }: SpecVocabularyOptions,
): Promise<RemovalSummary> {
  const { tokenizer } = model;
  const ofKept = new Set(rows.subarray(0, without.largestId + 1));
  const ids = Array.from({ length: Math.min(rowsBefore, tokenizer.largestId + 1) }, (_, id) => id);
  const removed = ids.filter((id) => !ofKept.has(id));
  const price = await removalPrice(tokenizer, without, removed, corpus, signal);
  return { kind, removed: removed.length, free, leastCount, ...price };
}

/** New ids follow the largest one, which must be that of a row. */
function requireRows({ tokenizer, summary }: TokenizerModel): void {
  const { largestId } = tokenizer;
  if (largestId < summary.embeddingRows) return;
  throw new LabError(
    'lab/no-room',
    `\`room\` cannot be \`replace\` here: ${JSON.stringify(tokenizer.piece(largestId))} has id ${largestId}, and the model only ${summary.embeddingRows} rows.`,
    'Take the token out of the tokenizer’s files, or let new tokens have rows of their own (`append`).',
    { field: 'room', largestId },
  );
}

function tooManyNamed({ pieces }: RemovalChoice, count: number): LabError {
  return new LabError(
    'lab/no-room',
    `\`remove.pieces\` names ${pieces.length} tokens that go, and ${count} new ones come to take their rows.`,
    'Name fewer, or ask for more new tokens.',
    { field: 'remove.pieces', named: pieces.length, count },
  );
}

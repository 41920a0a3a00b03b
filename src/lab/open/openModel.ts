/**
 * A folder of files, or a GGUF file, to a model that the lab can work with: weights (openWeights.ts) and tokenizer checked
 * against each other, no weight read yet. Needs no GPU.
 */
import { isWeightDtype, type Checkpoint, type FileTree } from '../../checkpoint/index';
import { LabError } from '../../error';
import { licenceOf } from '../../graft/index';
import type { ModelConfig } from '../../model/index';
import type { Tokenizer } from '../../tokenizer/index';
import { tokenizerNotes, type ModelNote } from './modelNotes';
import { newTokensIn } from './newTokensFile';
import { isExtendable, openWhole } from './openTokenizer';
import { openWeights, type ModelWeights } from './openWeights';
import type { ModelSummary } from './modelSummary';
import { readerNotes } from './readers';
import { rowlessTokens } from './rowlessTokens';
import { withTokenizerJson } from './tokenizerFiles';

export interface LoadedModel extends ModelWeights {
  /** Refuses texts that hold a token without a row. */
  readonly tokenizer: Tokenizer;
  /** The token that opens every document in training and evaluation. */
  readonly startId: number;
  readonly summary: ModelSummary;
  /** Where its ids are not those of the files that were opened. */
  readonly rearranged?: Rearranged;
}

/** Rows of a vocabulary matrix in another order. */
export interface RowOrder {
  /** Row of the opened model by row of the rearranged one. */
  readonly rows: Int32Array;
  /** Rows of the opened model. */
  readonly rowsBefore: number;
}

/** How a model came to its order (rearranged.ts). */
export interface Rearranged extends RowOrder {
  readonly from: LoadedModel;
  /** It is written in the order that was opened. */
  readonly restored: boolean;
}

export async function openModel(
  tree: FileTree,
  source: ModelSummary['source'],
  options: { readonly name?: string; readonly signal?: AbortSignal } = {},
): Promise<LoadedModel> {
  const weights = await openWeights(tree, options.signal);
  const { config, parameters } = weights;
  const { folder: checkpoint, notes: made } = withTokenizerJson(
    weights.checkpoint,
    weights.checkpoint.config.model_type,
  );
  const { tokenizer: read, whole } = openWhole(checkpoint);
  const rowless = rowlessTokens(read, config.vocabSize);
  const tokenizer = rowless.length === 0 ? read : read.withRows(config.vocabSize);
  const notes = [
    ...weights.notes,
    ...made,
    ...tokenizerNotes(read, whole, checkpoint.config),
    ...rowlessNote(rowless, config.vocabSize),
  ];
  const extendable = isExtendable(tokenizer);
  // Only what trains those rows needs the file whole, and refuses it by name.
  const earlierTokens = (await newTokensIn(tree).catch(() => [])).length;
  const readers = readerNotes({
    config,
    tensors: checkpoint.tensors,
    tokenizer: read,
    tokenizerJson: whole.json,
    tokenizerModel: checkpoint.tokenizerModel,
  });
  return {
    ...weights,
    checkpoint,
    notes,
    tokenizer,
    startId: startTokenOf(read, config),
    summary: {
      name: options.name ?? checkpoint.name,
      source,
      family: config.modelType,
      parameters: parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
      layers: config.layers,
      hiddenSize: config.hiddenSize,
      contextLength: config.contextLength,
      tied: config.tied,
      dtype: dtypeOf(checkpoint),
      weightBytes: checkpoint.totalBytes,
      vocabSize: tokenizer.vocabSize,
      tokenizerLength: tokenizer.length,
      largestId: tokenizer.largestId,
      embeddingRows: config.vocabSize,
      ...(earlierTokens > 0 ? { earlierTokens } : {}),
      tokenizerFamily: tokenizer.family,
      extendable,
      ...(extendable ? {} : { notExtendableReason: tokenizer.family }),
      ...licence(checkpoint),
      ...(notes.length > 0 ? { notes } : {}),
      ...(readers.length > 0 ? { readers } : {}),
    },
  };
}

/**
 * What the model itself puts before a text; else its beginning-of-sequence token; else the end token, which is what
 * separates documents where there is no beginning token. The same for every arm.
 */
function startTokenOf(tokenizer: Tokenizer, { vocabSize, bosTokenId, eosTokenIds }: ModelConfig): number {
  const { ids } = tokenizer.encode('', { specialTokens: true });
  const outside = ids.find((id) => id >= vocabSize);
  if (outside !== undefined) {
    throw new LabError(
      'lab/tokenizer-too-large',
      `The tokenizer puts ${JSON.stringify(tokenizer.piece(outside))} (id ${outside}) beside every text, but the model has ${vocabSize} embedding rows.`,
      'The tokenizer is that of another model, or the token was added without giving the model a row for it.',
      { id: outside, embeddingRows: vocabSize },
    );
  }
  const { bos, eos } = tokenizer.special;
  const known = [ids[0], bos, bosTokenId, eos, eosTokenIds[0]];
  return known.find((id) => typeof id === 'number' && id < vocabSize) ?? 0;
}

function rowlessNote(tokens: ReturnType<typeof rowlessTokens>, embeddingRows: number): ModelNote[] {
  if (tokens.length === 0) return [];
  return [
    { kind: 'tokens-without-rows', tokens: tokens.map(({ id, content }) => ({ id, text: content })), embeddingRows },
  ];
}

/** The type most of the weights have. */
export function dtypeOf(checkpoint: Pick<Checkpoint, 'tensors'>): string {
  const bytes = new Map<string, number>();
  for (const { dtype, bytes: size } of checkpoint.tensors.values()) {
    if (isWeightDtype(dtype)) bytes.set(dtype, (bytes.get(dtype) ?? 0) + size);
  }
  return [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32';
}

function licence({ readme }: Checkpoint): { licence?: string } {
  const stated = readme === undefined ? undefined : licenceOf(readme);
  return stated === undefined ? {} : { licence: stated };
}

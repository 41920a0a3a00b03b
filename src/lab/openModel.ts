/**
 * A folder of files, or a GGUF file, to a model that the lab can work with: configuration, tokenizer and tensors checked against
 * each other, no weight read yet (unless a head is there twice). Needs no GPU.
 */
import {
  isWeightDtype,
  modelTree,
  openCheckpoint,
  verifyTensors,
  type Checkpoint,
  type FileTree,
} from '../checkpoint/index';
import { LabError } from '../error';
import { licenceOf } from '../graft/index';
import { headName, parameterSpecs, parseConfig, type CheckpointParameter, type ModelConfig } from '../model/index';
import type { Tokenizer } from '../tokenizer/index';
import { pastRowsNotes, tokenizerNotes, unusedTensorNotes } from './modelNotes';
import { isExtendable, openWhole } from './openTokenizer';
import type { ModelSummary } from './results';
import { requireOneHead } from './staleHead';

export interface LoadedModel {
  readonly checkpoint: Checkpoint;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly parameters: readonly CheckpointParameter[];
  /** The token that opens every document in training and evaluation. */
  readonly startId: number;
  readonly summary: ModelSummary;
}

export async function openModel(
  tree: FileTree,
  source: ModelSummary['source'],
  options: { readonly name?: string; readonly signal?: AbortSignal } = {},
): Promise<LoadedModel> {
  const checkpoint = await openCheckpoint(await modelTree(tree, options.signal), options.signal);
  const config = parseConfig(checkpoint.config, checkpoint.tensors);
  const parameters = parameterSpecs(config);
  const { unused } = verifyTensors(checkpoint, parameters);
  await requireOneHead(checkpoint, config, options.signal);
  const { tokenizer: opened, whole } = openWhole(checkpoint);
  requireRows(opened, config.vocabSize);
  const tokenizer = opened.largestId < config.vocabSize ? opened : opened.withRows(config.vocabSize);
  const notes = [
    ...tokenizerNotes(tokenizer, whole, checkpoint.config),
    ...pastRowsNotes(tokenizer, config.vocabSize),
    ...unusedTensorNotes(unused.filter((name) => !(config.tied && name === headName(config)))),
  ];
  const extendable = isExtendable(tokenizer);
  return {
    checkpoint,
    config,
    tokenizer,
    parameters,
    startId: startTokenOf(tokenizer, config),
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
      tokenizerFamily: tokenizer.family,
      extendable,
      ...(extendable ? {} : { notExtendableReason: tokenizer.family }),
      ...licence(checkpoint),
      notes,
    },
  };
}

/**
 * Every piece of the model's vocabulary has a row. Added tokens may lie past the rows, as `<image_soft_token>` does in
 * Gemma 3's text models: a note says so, and texts that hold one are refused.
 */
function requireRows(tokenizer: Tokenizer, rows: number): void {
  for (let id = rows; id <= tokenizer.largestId; id++) {
    if (!tokenizer.hasId(id) || tokenizer.isAdded(id)) continue;
    throw new LabError(
      'lab/tokenizer-too-large',
      `The vocabulary has ${JSON.stringify(tokenizer.piece(id))} with id ${id}, but the model has ${rows} embedding rows.`,
      'tokenizer.json is of a larger vocabulary than the weights: of another model, or the weights were not resized.',
      { id, largestId: tokenizer.largestId, embeddingRows: rows },
    );
  }
}

/**
 * What the model itself puts before a text; else its beginning-of-sequence token; else the end token, which is what
 * separates documents where there is no beginning token. The same for every arm.
 */
function startTokenOf(tokenizer: Tokenizer, config: ModelConfig): number {
  const [added] = tokenizer.encode('', { specialTokens: true }).ids;
  const { bos, eos } = tokenizer.special;
  return added ?? bos ?? config.bosTokenId ?? eos ?? config.eosTokenIds[0] ?? 0;
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

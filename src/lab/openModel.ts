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
import { parameterSpecs, parseConfig, type CheckpointParameter, type ModelConfig } from '../model/index';
import type { Tokenizer } from '../tokenizer/index';
import { isExtendable, openTokenizer } from './openTokenizer';
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
  verifyTensors(checkpoint, parameters);
  await requireOneHead(checkpoint, config, options.signal);
  const tokenizer = openTokenizer(checkpoint);
  if (tokenizer.largestId >= config.vocabSize) {
    throw new LabError(
      'lab/tokenizer-too-large',
      `The tokenizer's largest id is ${tokenizer.largestId}, but the model has ${config.vocabSize} embedding rows.`,
      'tokenizer.json and the weights are of different models; fetch both again.',
      { largestId: tokenizer.largestId, embeddingRows: config.vocabSize },
    );
  }
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
    },
  };
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

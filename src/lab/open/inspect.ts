/** What a model is, before anything is done with it: sizes, types, and rows against the tokenizer. No weight is read. */
import type { ModelNote } from './modelNotes';
import type { LoadedModel } from './openModel';

export interface ModelInspection {
  readonly name: string;
  readonly family: string;
  readonly architecture: string;
  readonly licence: string | null;
  readonly parameters: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Tokens; 0 where the model does not say. */
  readonly contextLength: number;
  readonly tied: boolean;
  /** As the lab reads them, most bytes first. */
  readonly dtypes: readonly { readonly dtype: string; readonly tensors: number; readonly bytes: number }[];
  readonly weightBytes: number;
  /** The four numbers that must never be mixed up, and the rows that no id uses. */
  readonly rows: {
    readonly vocabSize: number;
    readonly tokenizerLength: number;
    readonly idsEnd: number;
    readonly embeddingRows: number;
    readonly spareRows: number;
  };
  readonly tokenizer: { readonly family: string; readonly extendable: boolean; readonly startId: number };
  readonly notes: readonly ModelNote[];
}

export function inspectModel({ summary, config, checkpoint, startId }: LoadedModel): ModelInspection {
  const { name, family, parameters, layers, hiddenSize, contextLength, tied, weightBytes, embeddingRows } = summary;
  const { vocabSize, tokenizerLength, largestId } = summary;
  return {
    name,
    family,
    architecture: config.architecture,
    licence: summary.licence ?? null,
    parameters,
    layers,
    hiddenSize,
    intermediateSize: config.intermediateSize,
    heads: config.heads,
    kvHeads: config.kvHeads,
    headSize: config.headSize,
    contextLength,
    tied,
    dtypes: dtypesOf(checkpoint),
    weightBytes,
    rows: {
      vocabSize,
      tokenizerLength,
      idsEnd: largestId + 1,
      embeddingRows,
      spareRows: Math.max(0, embeddingRows - largestId - 1),
    },
    tokenizer: { family: summary.tokenizerFamily, extendable: summary.extendable, startId },
    notes: summary.notes ?? [],
  };
}

function dtypesOf({ tensors }: LoadedModel['checkpoint']): ModelInspection['dtypes'] {
  const found = new Map<string, { tensors: number; bytes: number }>();
  for (const { dtype, bytes } of tensors.values()) {
    const sum = found.get(dtype) ?? { tensors: 0, bytes: 0 };
    found.set(dtype, { tensors: sum.tensors + 1, bytes: sum.bytes + bytes });
  }
  return [...found].map(([dtype, sum]) => ({ dtype, ...sum })).sort((a, b) => b.bytes - a.bytes);
}

/**
 * An opened model with other ids: rows of its vocabulary gathered in another order, some perhaps left out, its tokenizer and the token
 * ids of its configuration to match. No weight is read or copied; rows are gathered when they are asked for.
 */
import type { Checkpoint, JsonObject, RowRange, TensorEntry } from '../../checkpoint/index';
import { configText, graftedConfig } from '../../graft/index';
import { parameterSpecs, parseConfig } from '../../model/index';
import type { TokenizerFiles } from '../../tokenizer/index';
import { withTokenIds } from './configTokens';
import type { LoadedModel, RowOrder } from './openModel';
import { openWhole } from './openTokenizer';
import { rowlessTokens } from './rowlessTokens';
import type { TokenizerModel } from './tokenizerModel';

interface RearrangedFiles {
  readonly files: TokenizerFiles;
  readonly tokenizerModel?: Uint8Array;
}

/** The new id of every id: ids past the rows move with the end of them. Undefined: the row is left out. */
export function newIds({ rows, rowsBefore }: RowOrder): (id: number) => number | undefined {
  const next = new Int32Array(rowsBefore).fill(-1);
  rows.forEach((row, at) => (next[row] = at));
  return (id) => {
    if (id < 0) return id;
    if (id >= rowsBefore) return id - rowsBefore + rows.length;
    return next[id]! < 0 ? undefined : next[id];
  };
}

export function rearrangedTokenizer(
  model: TokenizerModel,
  { rows }: RowOrder,
  { files, tokenizerModel }: RearrangedFiles,
): TokenizerModel {
  const { tokenizerModel: _, ...kept } = model.checkpoint;
  const tokenizerFiles = { ...kept.tokenizerFiles, ...files };
  const { tokenizer } = openWhole({ name: kept.name, tokenizerFiles });
  return {
    tokenizer,
    checkpoint: { name: kept.name, tokenizerFiles, ...(tokenizerModel ? { tokenizerModel } : {}) },
    summary: { ...model.summary, embeddingRows: rows.length },
  };
}

/** @param restored written in the order that was opened. */
export function rearrangedModel(
  model: LoadedModel,
  order: RowOrder,
  written: RearrangedFiles,
  restored: boolean,
): LoadedModel {
  const { rows } = order;
  const idOf = newIds(order);
  const matrices = new Set(model.parameters.filter(({ role }) => isVocabulary(role)).map(({ name }) => name));
  const tensors = new Map(
    [...model.checkpoint.tensors].map(([name, entry]) => [name, matrices.has(name) ? gathered(entry, rows) : entry]),
  );
  const { tokenizer: read, checkpoint: files } = rearrangedTokenizer(model, order, written);
  const { tokenizerModel: _, generationConfig, ...kept } = model.checkpoint;
  const json = withTokenIds(graftedConfig(kept.config, { newEmbeddingRows: rows.length }), idOf);
  const checkpoint: Checkpoint = {
    ...kept,
    ...files,
    config: json,
    configText: configText(json),
    ...(generationConfig === undefined ? {} : { generationConfig: generationText(generationConfig, idOf) }),
    tensors,
    totalBytes: [...tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const config = parseConfig(json, tensors);
  const parameters = parameterSpecs(config);
  const tokenizer = rowlessTokens(read, config.vocabSize).length === 0 ? read : read.withRows(config.vocabSize);
  return {
    ...model,
    checkpoint,
    config,
    parameters,
    tokenizer,
    startId: idOf(model.startId)!,
    summary: {
      ...model.summary,
      parameters: parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
      weightBytes: checkpoint.totalBytes,
      vocabSize: tokenizer.vocabSize,
      tokenizerLength: tokenizer.length,
      largestId: tokenizer.largestId,
      embeddingRows: config.vocabSize,
    },
    rearranged: { ...order, from: model, restored },
  };
}

const isVocabulary = (role: string): boolean => role === 'inputVocabulary' || role === 'outputVocabulary';

function generationText(text: string, idOf: (id: number) => number | undefined): string {
  return configText(withTokenIds(JSON.parse(text) as JsonObject, idOf));
}

/** Rows that lie this near to each other in the file are read at once. */
const nearRows = 32;

function gathered(entry: TensorEntry, rows: Int32Array): TensorEntry {
  const rowsBefore = entry.shape[0]!;
  const gather = async <Values extends Uint8Array | Float32Array>(
    { start, end }: RowRange,
    width: number,
    whole: Values,
    read: (range: RowRange) => Promise<Values>,
  ): Promise<Values> => {
    for (let at = start; at < end;) {
      let last = at + 1;
      while (last < end && rows[last]! > rows[last - 1]! && rows[last]! - rows[last - 1]! <= nearRows) last++;
      const first = rows[at]!;
      const values = await read({ start: first, end: rows[last - 1]! + 1 });
      for (; at < last; at++) {
        const from = (rows[at]! - first) * width;
        whole.set(values.subarray(from, from + width), (at - start) * width);
      }
    }
    return whole;
  };
  const all = { start: 0, end: rows.length };
  const rowBytes = entry.bytes / rowsBefore;
  const rowValues = entry.shape.slice(1).reduce((product, size) => product * size, 1);
  return {
    ...entry,
    shape: [rows.length, ...entry.shape.slice(1)],
    bytes: rowBytes * rows.length,
    read: (range = all, signal) =>
      gather(range, rowBytes, new Uint8Array((range.end - range.start) * rowBytes), (part) => entry.read(part, signal)),
    readF32: (range = all, signal) =>
      gather(range, rowValues, new Float32Array((range.end - range.start) * rowValues), (part) =>
        entry.readF32(part, signal),
      ),
  };
}

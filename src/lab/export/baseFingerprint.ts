/**
 * By what a delta knows its base: the vocabulary matrices as they are stored, and the tokenizer. The rest of the model is
 * no part of it: a fine-tuned base that kept its embeddings takes the same rows.
 */
import { rowChunks, sha256, type TensorEntry, type WeightDtype } from '../../checkpoint/index';
import type { BaseFingerprint } from '../../graft/index';
import { parseFile } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import { matrixName } from '../device/graftedRows';
import type { LoadedModel } from '../open/openModel';
import { throttled, type OnProgress } from '../progress';
import { tokenizerFilesOf } from '../vocabulary/vocabulary';

export interface FingerprintOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export async function baseFingerprint(model: LoadedModel, options: FingerprintOptions = {}): Promise<BaseFingerprint> {
  const { checkpoint, config } = model;
  const [inputTensor, outputTensor] = [matrixName(model, 'input'), matrixName(model, 'output')];
  const input = checkpoint.tensors.get(inputTensor)!;
  const output = config.tied ? undefined : checkpoint.tensors.get(outputTensor)!;
  const total = input.bytes + (output?.bytes ?? 0);
  return {
    tied: config.tied,
    inputTensor,
    dtype: input.dtype as WeightDtype,
    embeddingRows: input.shape[0]!,
    hiddenSize: config.hiddenSize,
    inputSha256: await matrixSha256(input, 0, total, options),
    ...(output ? { outputTensor, outputSha256: await matrixSha256(output, input.bytes, total, options) } : {}),
    tokenizerSha256: await tokenizerSha256(model),
  };
}

/** Over type and shape as text, then the stored bytes. */
async function matrixSha256(
  entry: TensorEntry,
  before: number,
  total: number,
  { onProgress, signal }: FingerprintOptions,
): Promise<string> {
  const report = throttled(onProgress ?? (() => undefined));
  const rows = entry.shape[0]!;
  const rowBytes = entry.bytes / rows;
  const chunks = async function* () {
    yield new TextEncoder().encode(`${entry.dtype} [${entry.shape.join(', ')}]\n`);
    for (const range of rowChunks(rows, rowBytes)) {
      throwIfCancelled(signal);
      yield await entry.read(range, signal);
      report({ phase: 'fingerprint', done: before + range.end * rowBytes, total });
    }
  };
  return (await sha256(chunks())).hex;
}

/** Tools re-indent tokenizer.json; its content is what counts. */
async function tokenizerSha256(model: LoadedModel): Promise<string> {
  return (await sha256(JSON.stringify(parseFile(tokenizerFilesOf(model), 'tokenizer.json')))).hex;
}

/**
 * The model as ONNX, in the folder that transformers.js loads: configuration and tokenizer beside `onnx/model.onnx`,
 * `onnx/model_fp16.onnx` or `onnx/model_q4.onnx` with their external data. Written as a stream; the largest thing in
 * memory is one matrix of the body while it is transposed.
 */
import { configText, graftedConfig } from '../../graft/index';
import { isJsonObject, onnxFiles, toF32, type FolderSink, type OnnxFile } from '../../checkpoint/index';
import { onnxModelOf, type OnnxDtype, type WeightSource } from '../../model/index';
import { asWritten } from './asWritten';
import { planOf, tensorsToWrite, writeSmallFiles, type ModelToExport } from './exportModel';
import { throttled, type OnProgress } from '../progress';

export const onnxDtypes: readonly OnnxDtype[] = ['f32', 'f16', 'q4'];

/** transformers.js appends this to `model`, and calls the types so. */
const SUFFIX: Readonly<Record<OnnxDtype, string>> = { f32: '', f16: '_fp16', q4: '_q4' };
const JS_NAME: Readonly<Record<OnnxDtype, string>> = { f32: 'fp32', f16: 'fp16', q4: 'q4' };

/** Name within the folder `onnx/`. */
export function onnxFileName(dtype: OnnxDtype): string {
  return `model${SUFFIX[dtype]}.onnx`;
}

export interface OnnxExportOptions {
  readonly maxFileBytes?: number;
  readonly onProgress?: OnProgress;
}

/** The first of `dtypes` is what transformers.js loads when it is not told. */
export async function writeOnnxModel(
  sink: FolderSink,
  exported: ModelToExport,
  dtypes: readonly OnnxDtype[],
  { maxFileBytes, onProgress = () => undefined }: OnnxExportOptions = {},
): Promise<void> {
  const models = [];
  for (const dtype of dtypes) models.push({ dtype, files: await onnxModelFiles(exported, dtype, maxFileBytes) });
  await writeSmallFiles(sink, exported, onnxConfigText(exported, models));
  if (!('tokenizer_config.json' in (exported.files ?? exported.model.checkpoint.tokenizerFiles))) {
    await sink.write('tokenizer_config.json', '{\n  "tokenizer_class": "PreTrainedTokenizerFast"\n}\n');
  }
  const total = models.flatMap(({ files }) => files).reduce((bytes, file) => bytes + file.size, 0);
  const report = throttled(onProgress);
  let written = 0;
  const counted = async function* (file: OnnxFile) {
    for await (const chunk of file.stream()) {
      yield chunk;
      written += chunk.byteLength;
      report({ phase: 'writing', done: written, total });
    }
  };
  for (const file of models.flatMap(({ files }) => files)) await sink.write(`onnx/${file.name}`, counted(file));
}

/** The graph's file and its data files, by their names within `onnx/`. */
export async function onnxModelFiles(
  exported: Pick<ModelToExport, 'model' | 'graft' | 'session'>,
  dtype: OnnxDtype,
  maxFileBytes?: number,
): Promise<OnnxFile[]> {
  const config = { ...exported.model.config, vocabSize: planOf(exported).newEmbeddingRows };
  const tensors = new Map((await tensorsToWrite({ ...exported, dtype: 'F32' })).map((tensor) => [tensor.name, tensor]));
  const weights: WeightSource = {
    async *rows(name) {
      for await (const chunk of tensors.get(name)!.chunks()) yield toF32(chunk, 'F32');
    },
  };
  return onnxFiles(onnxModelOf(config, { dtype, weights }), onnxFileName(dtype), maxFileBytes);
}

/** What transformers.js wants to know stands in config.json, under its own key. */
function onnxConfigText(
  exported: ModelToExport,
  models: readonly { readonly dtype: OnnxDtype; readonly files: readonly OnnxFile[] }[],
): string {
  const { checkpoint } = asWritten(exported).model;
  const config = exported.graft ? graftedConfig(checkpoint.config, exported.graft.plan) : checkpoint.config;
  const known = config['transformers.js_config'];
  const chunks = models.map(({ dtype, files }) => [onnxFileName(dtype), files.length - 1] as const);
  return configText({
    ...config,
    'transformers.js_config': {
      ...(isJsonObject(known) ? known : {}),
      dtype: JS_NAME[models[0]!.dtype],
      // Version 3 asks; version 4 reads it from the model.
      kv_cache_dtype: { fp16: 'float16' },
      use_external_data_format: Object.fromEntries(chunks),
    },
  });
}

/**
 * The model as one GGUF file, which llama.cpp and what is built on it run: weights in the chosen type, configuration and tokenizer
 * as metadata. What llama.cpp would compute or cut otherwise is refused before anything is written. proveGguf.ts re-opens the file.
 */
import {
  architectureNamed,
  ggufFile,
  ggufTensors,
  text,
  tokenizerEntries,
  u32,
  type FolderSink,
  type GgufEntries,
  type GgufFile,
  type GgufReason,
  type GgufTensorToWrite,
  type WrittenType,
} from '../../checkpoint/index';
import { asLabError } from '../../error';
import { ggufModelOf, parameterSpecs } from '../../model/index';
import { parseFile } from '../../tokenizer/index';
import { openTokenizer } from '../open/openTokenizer';
import { throttled, type OnProgress } from '../progress';
import { tokenizerModelOf } from '../vocabulary/vocabulary';
import { asWritten } from './asWritten';
import type { FormRefusal } from './exportChoice';
import { planOf, tensorsToWrite, type ModelToExport } from './exportModel';

export interface GgufToExport extends Pick<ModelToExport, 'model' | 'graft' | 'session' | 'files'> {
  /** What the file and the model in it are called; the model's own name by default. */
  readonly name?: string;
}

/** llama.cpp's `llama_ftype`. */
const FILE_TYPE: Readonly<Record<WrittenType, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };
/** Of the quantised types. */
const QUANTISATION_VERSION = 2;
/** What file names end with is no part of the model's name. */
const TYPE_ENDING = /-(?:f32|f16|bf16|q8_0)$/iu;

const plainName = ({ name, model }: GgufToExport): string => (name ?? model.summary.name).replace(TYPE_ENDING, '');

/** Why llama.cpp would not run it as the lab does; null where it would. Nothing is written. */
export async function ggufRefusal(exported: GgufToExport): Promise<FormRefusal | null> {
  try {
    await ggufFileOf(exported, 'F32');
    return null;
  } catch (thrown) {
    const { code, message, hint, details } = asLabError(thrown);
    if (!REFUSALS.includes(code)) throw thrown;
    return { code, message, hint, ...(details as Partial<GgufReason>) };
  }
}

const REFUSALS = ['model/gguf-unsupported', 'checkpoint/gguf-tokenizer', 'checkpoint/gguf-unsupported'];

/** Throws one of `REFUSALS`. */
export async function ggufFileOf(exported: GgufToExport, type: WrittenType): Promise<GgufFile> {
  const { config: stated } = asWritten(exported).model;
  const config = { ...stated, vocabSize: planOf(exported).newEmbeddingRows };
  const { architecture, entries, ropeFactors } = ggufModelOf(config);
  const tokenizer = tokenizerPart(exported, config.vocabSize);
  const byName = new Map((await tensorsToWrite({ ...exported, dtype: 'F32' })).map((tensor) => [tensor.name, tensor]));
  const family = architectureNamed(architecture)!;
  // In the model's order, whatever the order of the source.
  const specs = parameterSpecs(config);
  const tensors = specs.map(({ name }) => byName.get(name)!);
  const input = specs.find(({ role }) => role === 'inputVocabulary')!;
  if (family.ownHead && config.tied) {
    tensors.push({ ...byName.get(input.name)!, name: family.outer['output.weight']! });
  }
  const general: GgufEntries = {
    'general.architecture': text(architecture),
    'general.type': text('model'),
    'general.name': text(plainName(exported)),
    'general.file_type': u32(FILE_TYPE[type]),
    ...(type === 'Q8_0' ? { 'general.quantization_version': u32(QUANTISATION_VERSION) } : {}),
    [`${architecture}.vocab_size`]: u32(config.vocabSize),
  };
  return ggufFile({ ...general, ...entries, ...tokenizer }, [
    ...(ropeFactors ? [factorTensor(ropeFactors)] : []),
    ...ggufTensors(tensors, family, config, type),
  ]);
}

function tokenizerPart(exported: GgufToExport, rows: number): GgufEntries {
  const { model, files } = asWritten(exported);
  const { checkpoint } = model;
  const written = { ...checkpoint.tokenizerFiles, ...files };
  const tokenizer = files ? openTokenizer({ name: checkpoint.name, tokenizerFiles: files }) : model.tokenizer;
  const config = 'tokenizer_config.json' in written ? parseFile(written, 'tokenizer_config.json') : {};
  const template = written['chat_template.jinja'] ?? (config as { readonly chat_template?: unknown }).chat_template;
  return tokenizerEntries({
    tokenizer,
    tokenizerJson: parseFile(written, 'tokenizer.json') as Record<string, unknown>,
    ...(checkpoint.tokenizerModel ? { sentencePieceModel: tokenizerModelOf(model, tokenizer) } : {}),
    ...(typeof template === 'string' ? { chatTemplate: template } : {}),
    rows,
  });
}

function factorTensor(factors: Float32Array): GgufTensorToWrite {
  return {
    name: 'rope_freqs.weight',
    type: 'F32',
    shape: [factors.length],
    async *chunks() {
      yield new Uint8Array(factors.buffer, factors.byteOffset, factors.byteLength);
    },
  };
}

/** The name of the file that is written. Throws as `ggufFileOf` does before anything is written, and `checkpoint/f16-overflow` while it is. */
export async function writeGguf(
  sink: FolderSink,
  exported: GgufToExport,
  type: WrittenType,
  onProgress: OnProgress = () => undefined,
): Promise<string> {
  const file = await ggufFileOf(exported, type);
  const name = `${plainName(exported)}-${type.toLowerCase()}.gguf`;
  const report = throttled(onProgress);
  let written = 0;
  const counted = async function* () {
    for await (const chunk of file.stream()) {
      yield chunk;
      written += chunk.byteLength;
      report({ phase: 'writing', done: written, total: file.size });
    }
  };
  await sink.write(name, counted());
  return name;
}

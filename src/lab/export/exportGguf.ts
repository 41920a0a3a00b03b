/**
 * The model as one GGUF file, which llama.cpp and what is built on it run: weights in the chosen type, configuration and tokenizer
 * as metadata. What llama.cpp would compute or cut otherwise is refused before anything is written. The proof re-opens the file.
 */
import {
  architectureNamed,
  ggufFile,
  ggufTensors,
  ggufTree,
  text,
  tokenizerEntries,
  u32,
  type ByteSource,
  type FolderSink,
  type GgufEntries,
  type GgufFile,
  type GgufTensorToWrite,
  type TensorToWrite,
  type WrittenType,
} from '../../checkpoint/index';
import { LabError } from '../../error';
import { ggufModelOf, parameterSpecs } from '../../model/index';
import { parseFile } from '../../tokenizer/index';
import { openModel } from '../open/openModel';
import { openTokenizer } from '../open/openTokenizer';
import { throttled, type OnProgress } from '../progress';
import { tokenizerModelOf } from '../vocabulary/vocabulary';
import { planOf, tensorsToWrite, type ModelToExport } from './exportModel';

type Exported = Pick<ModelToExport, 'model' | 'graft' | 'session' | 'files'>;

/** llama.cpp's `llama_ftype`. */
const FILE_TYPE: Readonly<Record<WrittenType, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };
/** Of the quantised types. */
const QUANTISATION_VERSION = 2;
/** What file names end with is no part of the model's name. */
const TYPE_ENDING = /-(?:f32|f16|bf16|q8_0)$/iu;

const plainName = (name: string): string => name.replace(TYPE_ENDING, '');

export function ggufFileName(name: string, type: WrittenType): string {
  return `${plainName(name)}-${type.toLowerCase()}.gguf`;
}

/** Throws `model/gguf-unsupported`, `checkpoint/gguf-tokenizer` or `checkpoint/gguf-unsupported`. */
export async function ggufFileOf(exported: Exported, type: WrittenType): Promise<GgufFile> {
  const { model } = exported;
  const config = { ...model.config, vocabSize: planOf(exported).newEmbeddingRows };
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
    'general.name': text(plainName(model.summary.name)),
    'general.file_type': u32(FILE_TYPE[type]),
    ...(type === 'Q8_0' ? { 'general.quantization_version': u32(QUANTISATION_VERSION) } : {}),
    [`${architecture}.vocab_size`]: u32(config.vocabSize),
  };
  return ggufFile({ ...general, ...entries, ...tokenizer }, [
    ...(ropeFactors ? [factorTensor(ropeFactors)] : []),
    ...ggufTensors(tensors, family, config, type),
  ]);
}

function tokenizerPart({ model, files }: Exported, rows: number): GgufEntries {
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

export async function writeGguf(
  sink: FolderSink,
  exported: Exported,
  type: WrittenType,
  onProgress: OnProgress = () => undefined,
): Promise<string> {
  const file = await ggufFileOf(exported, type);
  const name = ggufFileName(exported.model.summary.name, type);
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

export interface GgufProof {
  readonly type: WrittenType;
  readonly tensors: number;
  /** Of any weight, as a share of the largest of its tensor: what the type rounded away. */
  readonly largestRounding: number;
  readonly tokensCompared: number;
}

/** Of the largest value of a tensor. Q8_0: half a step of 1/127, and its scale rounded to f16; F32 where 1 is added and taken off. */
const ALLOWED: Readonly<Record<WrittenType, number>> = { F32: 2 ** -23, F16: 2 ** -11, BF16: 2 ** -8, Q8_0: 0.0046 };

/** Throws `lab/verification-failed` where the written file, opened again, is another model or cuts `proved` otherwise. */
export async function proveGguf(
  source: ByteSource,
  exported: Exported,
  type: WrittenType,
  proved: readonly string[],
): Promise<GgufProof> {
  const reopened = await openModel(await ggufTree(source), 'folder');
  const { model, files } = exported;
  const tokenizer = files ? openTokenizer({ name: source.name, tokenizerFiles: files }) : model.tokenizer;
  let tokensCompared = 0;
  for (const each of proved) {
    const [ids, found] = [tokenizer, reopened.tokenizer].map((cutter) => cutter.encode(each).ids.join(' '));
    if (ids !== found) throw notProven(source.name, `cuts ${JSON.stringify(each.slice(0, 60))} otherwise`);
    tokensCompared += ids === '' ? 0 : ids!.split(' ').length;
  }
  const written = new Map((await tensorsToWrite({ model: reopened, dtype: 'F32' })).map((each) => [each.name, each]));
  // By their place: a head may come back under its other name.
  const [ours, theirs] = [model, reopened].map(({ config }) => parameterSpecs(config).map(({ name }) => name));
  let [tensors, largestRounding] = [0, 0];
  for (const tensor of await tensorsToWrite({ ...exported, dtype: 'F32' })) {
    const place = ours!.indexOf(tensor.name);
    if (place === -1) continue;
    const found = written.get(theirs![place] ?? '');
    const rounding = found ? await roundingOf(tensor, found) : Infinity;
    if (!(rounding <= ALLOWED[type])) throw notProven(source.name, `has another \`${tensor.name}\``);
    largestRounding = Math.max(largestRounding, rounding);
    tensors++;
  }
  return { type, tensors, largestRounding, tokensCompared };
}

async function roundingOf(expected: TensorToWrite, found: TensorToWrite): Promise<number> {
  const [a, b] = [await valuesOf(expected), await valuesOf(found)];
  if (a.length !== b.length) return Infinity;
  let [largest, apart] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    largest = Math.max(largest, Math.abs(a[at]!));
    const distance = Math.abs(a[at]! - b[at]!);
    apart = distance <= apart ? apart : distance;
  }
  return apart === 0 ? 0 : apart / largest;
}

async function valuesOf({ chunks, shape }: TensorToWrite): Promise<Float32Array> {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  const bytes = new Uint8Array(values.buffer);
  let at = 0;
  for await (const chunk of chunks()) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return values;
}

function notProven(file: string, what: string): LabError {
  return new LabError(
    'lab/verification-failed',
    `\`${file}\`, opened again, ${what}.`,
    'Do not use the file; please report this with the name of the model.',
  );
}

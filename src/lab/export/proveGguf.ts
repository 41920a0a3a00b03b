/**
 * Is the written GGUF file the model that was to be written? It is opened again by the lab's reader: its header has the bytes that
 * it should have, every weight comes back to the bit as its type rounds it, and texts are cut alike. Needs no device;
 * verifyExport.ts compares logits, and gets the same rounding from here.
 */
import {
  architectureNamed,
  ggufPlace,
  ggufRounded,
  ggufTree,
  inUnits,
  toF32,
  type ByteSource,
  type RowReader,
  type RowRange,
  type TensorEntry,
  type TensorToWrite,
  type WrittenType,
} from '../../checkpoint/index';
import { LabError } from '../../error';
import { ggufModelOf, parameterSpecs } from '../../model/index';
import type { Tokenizer } from '../../tokenizer/index';
import { openModel } from '../open/openModel';
import { openTokenizer } from '../open/openTokenizer';
import { throttled, type OnProgress } from '../progress';
import { asWritten } from './asWritten';
import type { GgufProof } from './exportChoice';
import { ggufFileOf, type GgufToExport } from './exportGguf';
import { tensorsToWrite } from './exportModel';

/** Of the largest value of a tensor. Q8_0: half a step of 1/127, and its scale rounded to f16; F32 where 1 is added and taken off. */
const ALLOWED: Readonly<Record<WrittenType, number>> = { F32: 2 ** -23, F16: 2 ** -11, BF16: 2 ** -8, Q8_0: 0.0046 };

/**
 * @param texts that both tokenizers cut.
 * Throws `lab/verification-failed`, naming what differs.
 */
export async function proveGguf(
  source: ByteSource,
  exported: GgufToExport,
  type: WrittenType,
  texts: readonly string[] = provedTexts(tokenizerOf(exported)),
  onProgress: OnProgress = () => undefined,
): Promise<GgufProof> {
  await proveHeader(source, exported, type);
  const reopened = await openModel(await ggufTree(source), 'folder');
  const tokensCompared = proveTokens(source.name, tokenizerOf(exported), reopened.tokenizer, texts);
  const report = throttled(onProgress);
  const rounding = ggufRounding(exported, type);
  const stored = new Map((await tensorsToWrite({ ...exported, dtype: 'F32' })).map((tensor) => [tensor.name, tensor]));
  const names = parameterSpecs(exported.model.config).map(({ name }) => name);
  const found = parameterSpecs(reopened.config).map(({ name }) => reopened.checkpoint.tensors.get(name)!);
  let largestRounding = 0;
  for (const [at, name] of names.entries()) {
    report({ phase: 'verifying', done: at, total: names.length });
    const away = await roundedAway(stored.get(name)!, found[at]!, rounding);
    if (!(away <= ALLOWED[type])) throw notProven(source.name, `has another \`${name}\``);
    largestRounding = Math.max(largestRounding, away);
  }
  report({ phase: 'verifying', done: names.length, total: names.length });
  return { type, tensors: names.length, largestRounding, tokensCompared };
}

/** What a file's type makes of rows of a tensor, which is called as in the source. */
export type FileRounding = (tensor: string, range: RowRange, read: RowReader) => Promise<Float32Array>;

export function ggufRounding({ model }: GgufToExport, type: WrittenType): FileRounding {
  const { config } = model;
  const architecture = architectureNamed(ggufModelOf(config).architecture)!;
  const places = new Map(
    parameterSpecs(config).map((spec) => [spec.name, ggufPlace(spec, architecture, config, type)]),
  );
  return (tensor, range, read) => ggufRounded(places.get(tensor)!, range, read);
}

const PROVED_TEXTS = [
  'Once upon a time, in a town by the sea, 3 ships lay waiting for a wind from the north-east; nobody knew (or said) why.',
  '  two spaces,\ttabs\n\nand 12,345.67 %: "quoted", it’s—naïve café; CC(=O)Oc1ccccc1C(=O)O',
  '白日依山盡，黃河入海流。 Привет, мир! مرحبا',
];
const PROVED_PIECES = 2000;

/** Some sentences, and pieces of the whole vocabulary as texts. */
export function provedTexts(tokenizer: Tokenizer): string[] {
  const every = Math.max(1, Math.floor((tokenizer.largestId + 1) / PROVED_PIECES));
  const pieces = Array.from({ length: Math.floor(tokenizer.largestId / every) + 1 }, (_, at) => at * every)
    .filter((id) => tokenizer.hasId(id))
    .map((id) => tokenizer.tokenText(id));
  return [...PROVED_TEXTS, ...pieces];
}

function tokenizerOf(exported: GgufToExport): Tokenizer {
  const { model, files } = asWritten(exported);
  return files ? openTokenizer({ name: model.checkpoint.name, tokenizerFiles: files }) : model.tokenizer;
}

async function proveHeader(source: ByteSource, exported: GgufToExport, type: WrittenType): Promise<void> {
  const { size, stream } = await ggufFileOf(exported, type);
  const { value: header } = await stream().next();
  const found = await source.read(0, Math.min(source.size, header!.length));
  if (source.size !== size) throw notProven(source.name, `has ${source.size} bytes, not ${size}`);
  if (found.some((byte, at) => byte !== header![at])) throw notProven(source.name, 'has another header');
}

/** How many tokens agree. */
function proveTokens(file: string, expected: Tokenizer, found: Tokenizer, texts: readonly string[]): number {
  let count = 0;
  for (const text of texts) {
    const [ids, theirs] = [expected, found].map((cutter) => cutter.encode(text).ids);
    if (ids!.join() !== theirs!.join()) throw notProven(file, `cuts ${JSON.stringify(text.slice(0, 60))} otherwise`);
    count += ids!.length;
  }
  return count;
}

/** The largest share of the tensor's largest value; infinite where a weight is not the rounded one to the bit. */
async function roundedAway(expected: TensorToWrite, found: TensorEntry, rounding: FileRounding): Promise<number> {
  if (found.shape.join() !== expected.shape.join()) return Infinity;
  const width = expected.shape.slice(1).reduce((product, length) => product * length, 1);
  let [row, largest, apart] = [0, 0, 0];
  for await (const values of inUnits(valuesOf(expected), ROWS * width)) {
    const range = { start: row, end: row + values.length / width };
    const written = await rounding(expected.name, range, () => values);
    const back = await found.readF32(range);
    if (!isSame(written, back)) return Infinity;
    for (let at = 0; at < values.length; at++) {
      largest = Math.max(largest, Math.abs(values[at]!));
      const distance = Math.abs(values[at]! - back[at]!);
      apart = distance <= apart ? apart : distance;
    }
    row = range.end;
  }
  return apart === 0 ? 0 : apart / largest;
}

/** Rows that are looked at together: whole blocks of a matrix that lies transposed. */
const ROWS = 32;

async function* valuesOf({ chunks }: TensorToWrite): AsyncGenerator<Float32Array, void, undefined> {
  for await (const chunk of chunks()) yield toF32(chunk, 'F32');
}

/** To the bit. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  const [left, right] = [a, b].map((values) => new Uint32Array(values.buffer, values.byteOffset, values.length));
  return left!.length === right!.length && left!.every((bits, at) => bits === right![at]);
}

function notProven(file: string, what: string): LabError {
  return new LabError(
    'lab/verification-failed',
    `\`${file}\`, opened again, ${what}.`,
    'Do not use the file; please report this with the name of the model.',
  );
}

// tokenizer.model as SentencePiece writes it (sentencepiece_model.proto): its pieces, and what it says of itself.
import { PbfReader, PbfWriter } from 'pbf';
import { LabError } from '../../error';
import { refuseLfsPointer } from '../../gitLfs';

/** `SentencePiece.Type`. */
export const PieceType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;
/** `TrainerSpec.ModelType`. */
export const ModelType = { unigram: 1, bpe: 2 } as const;
/** Fields of ModelProto, SentencePiece, TrainerSpec and NormalizerSpec. */
export const Field = { pieces: 1, trainer: 2, normalizer: 3, selfTest: 4 } as const;
export const PieceField = { piece: 1, score: 2, type: 3 } as const;
export const TrainerField = {
  modelType: 3,
  vocabSize: 4,
  byteFallback: 35,
  unknownPiece: 45,
  bosPiece: 46,
  eosPiece: 47,
  paddingPiece: 48,
} as const;
export const NormalizerField = { name: 1, addDummyPrefix: 3, removeExtraWhitespaces: 4 } as const;

export interface SentencePiece {
  piece: string;
  score: number;
  type: number;
}

export interface SentencePieceFile {
  /** By id. */
  readonly pieces: readonly SentencePiece[];
  /** A file that states none is Unigram, the default of the format. */
  readonly modelType: number;
  /** A text gets a space before it. */
  readonly addDummyPrefix: boolean;
  /** The file without its self test, whose expected pieces are those of the old vocabulary. */
  readonly body: Uint8Array;
}

/** Lines of a token in base64 and its rank, in a file of the same name (Llama 3 as Meta publishes it). */
const TIKTOKEN = /^[A-Za-z0-9+/]+={0,2} \d+\r?\n/;

/** @throws LabError tokenizer/pointer, tokenizer/invalid for what is no such file, tokenizer/unsupported for a tiktoken vocabulary. */
export function readSentencePiece(bytes: Uint8Array): SentencePieceFile {
  refuseLfsPointer('tokenizer.model', bytes, 'tokenizer/pointer');
  if (TIKTOKEN.test(new TextDecoder('latin1').decode(bytes.subarray(0, 200)))) {
    throw new LabError(
      'tokenizer/unsupported',
      'tokenizer.model is a tiktoken vocabulary, not a SentencePiece model.',
      'It does not say how its tokenizer cuts text; take tokenizer.json from the model’s Hugging Face folder.',
    );
  }
  const reader = new PbfReader(bytes);
  const pieces: SentencePiece[] = [];
  const kept: Uint8Array[] = [];
  const spec = { modelType: ModelType.unigram as number, addDummyPrefix: true };
  try {
    while (reader.pos < bytes.length) {
      const start = reader.pos;
      const key = reader.readVarint();
      reader.type = key & 7;
      const field = key >>> 3;
      if (field === Field.pieces) {
        pieces.push(reader.readMessage(readPiece, { piece: '', score: 0, type: PieceType.normal }));
      } else if (field === Field.trainer) reader.readMessage(readTrainer, spec);
      else if (field === Field.normalizer) reader.readMessage(readNormalizer, spec);
      else reader.skip(key);
      if (reader.pos > bytes.length) throw new Error('it ends within a field');
      if (field !== Field.selfTest) kept.push(bytes.subarray(start, reader.pos));
    }
    if (pieces.length === 0) throw new Error('it holds no pieces');
    if (pieces.some(({ score }) => Number.isNaN(score))) throw new Error('it has a score that is no number');
  } catch (cause) {
    throw new LabError(
      'tokenizer/invalid',
      `tokenizer.model cannot be read: ${(cause as Error).message}.`,
      'The file is damaged. Where there is a tokenizer.json, which holds the same, it can be removed.',
      {},
      cause,
    );
  }
  return { pieces, ...spec, body: joined(kept) };
}

/** pbf's own drops a byte-order mark at the start of a long string: Gemma has a piece of four. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function readPiece(field: number, piece: SentencePiece, reader: PbfReader): void {
  if (field === PieceField.piece) piece.piece = decoder.decode(reader.readBytes());
  else if (field === PieceField.score) piece.score = reader.readFloat();
  else if (field === PieceField.type) piece.type = reader.readVarint();
}

export function writePiece({ piece, score, type }: SentencePiece, writer: PbfWriter): void {
  writeText(PieceField.piece, piece, writer);
  writer.writeFloatField(PieceField.score, score);
  writer.writeVarintField(PieceField.type, type);
}

/** pbf 5.1 writes other characters for those of the planes 2, 4 and so on: U+10000 for U+20000 (findings/pbf-planes.sh). */
export function writeText(field: number, text: string, writer: PbfWriter): void {
  writer.writeBytesField(field, new TextEncoder().encode(text));
}

function readTrainer(field: number, spec: { modelType: number }, reader: PbfReader): void {
  if (field === TrainerField.modelType) spec.modelType = reader.readVarint();
}

function readNormalizer(field: number, spec: { addDummyPrefix: boolean }, reader: PbfReader): void {
  if (field === NormalizerField.addDummyPrefix) spec.addDummyPrefix = reader.readBoolean();
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

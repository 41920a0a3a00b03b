// Writes small tokenizer.model files, as SentencePiece's protobuf has them.
import { PbfWriter } from 'pbf';
import {
  Field,
  ModelType,
  PieceField,
  PieceType,
  TrainerField,
} from '../../../src/tokenizer/convert/sentencePieceFile';

export type PieceToWrite = readonly [piece: string, score: number, type?: number];

export function sentencePieceBytes(
  pieces: readonly PieceToWrite[],
  { modelType = ModelType.bpe as number, addDummyPrefix = true } = {},
): Uint8Array {
  const writer = new PbfWriter();
  for (const [piece, score, type = PieceType.normal] of pieces) {
    writer.writeMessage(
      Field.pieces,
      (_: null, message) => {
        // Not as a string: pbf writes other characters for those of plane 2 (findings/pbf-planes.sh).
        message.writeBytesField(PieceField.piece, new TextEncoder().encode(piece));
        message.writeFloatField(PieceField.score, score);
        message.writeVarintField(PieceField.type, type);
      },
      null,
    );
  }
  writer.writeMessage(
    Field.trainer,
    (_: null, message) => message.writeVarintField(TrainerField.modelType, modelType),
    null,
  );
  writer.writeMessage(Field.normalizer, (_: null, message) => message.writeBooleanField(3, addDummyPrefix), null);
  return writer.finish();
}

/** `<unk>`, `<s>`, `</s>`, all bytes, and a few merges. */
export const smallPieces: readonly PieceToWrite[] = [
  ['<unk>', 0, PieceType.unknown],
  ['<s>', 0, PieceType.control],
  ['</s>', 0, PieceType.control],
  ...Array.from({ length: 256 }, (_, byte): PieceToWrite => [
    `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    0,
    PieceType.byte,
  ]),
  ['\u2581a', -1],
  ['bc', -2],
  ['\u2581abc', -3],
  ['\u2581', -4],
  ['a', -5],
  ['b', -6],
  ['c', -7],
  ['\u2581\u2581', -1e9],
];

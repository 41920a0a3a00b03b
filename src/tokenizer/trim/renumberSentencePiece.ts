// tokenizer.model with other ids, and without the pieces that get none. A piece's id is its place in the file; scores stay with pieces.
import { PbfReader, PbfWriter } from 'pbf';
import {
  Field,
  joined,
  readSentencePiece,
  TrainerField,
  writePiece,
  PieceType,
  type SentencePiece,
} from '../convert/sentencePieceFile';
import type { NewIdOf } from './renumberTokenizer';

export function renumberSentencePiece(model: Uint8Array, newIdOf: NewIdOf): Uint8Array {
  const { pieces, body } = readSentencePiece(model);
  const moved: SentencePiece[] = [];
  pieces.forEach((piece, id) => {
    const next = newIdOf(id);
    if (next !== undefined) moved[next] = piece;
  });
  const writer = new PbfWriter();
  for (let id = 0; id < moved.length; id++) {
    writer.writeMessage(
      Field.pieces,
      writePiece,
      moved[id] ?? { piece: `<unused:${id}>`, score: 0, type: PieceType.unused },
    );
  }
  const rest = withoutPieces(body);
  const sizes = new PbfWriter();
  // Messages that stand twice in a file are one: the last value of a field holds.
  sizes.writeMessage(
    Field.trainer,
    (size: number, trainer) => trainer.writeVarintField(TrainerField.vocabSize, size),
    moved.length,
  );
  return joined([writer.finish(), ...rest, sizes.finish()]);
}

function withoutPieces(body: Uint8Array): Uint8Array[] {
  const reader = new PbfReader(body);
  const kept: Uint8Array[] = [];
  while (reader.pos < body.length) {
    const start = reader.pos;
    const key = reader.readVarint();
    reader.type = key & 7;
    reader.skip(key);
    if (key >>> 3 !== Field.pieces) kept.push(body.subarray(start, reader.pos));
  }
  return kept;
}

import { PbfReader } from 'pbf';
import { describe, expect, it } from 'vitest';
import { Field, PieceType, readSentencePiece, TrainerField } from '../../../src/tokenizer/convert/sentencePieceFile';
import { renumberSentencePiece } from '../../../src/tokenizer/trim/renumberSentencePiece';
import { sentencePieceBytes, type PieceToWrite } from '../convert/sentencePieceBytes';

const pieces: readonly PieceToWrite[] = [
  ['<unk>', 0, PieceType.unknown],
  ['<s>', 0, PieceType.control],
  ['▁a', -1],
  ['𠀀', -2],
  ['b', -3],
];
const model = sentencePieceBytes(pieces, { addDummyPrefix: false });

/** The last value of the trainer's vocab_size, which is the one that holds. */
function vocabSizeOf(bytes: Uint8Array): number | undefined {
  let size: number | undefined;
  new PbfReader(bytes).readFields((field, _, reader) => {
    if (field !== Field.trainer) return;
    reader.readMessage((inner, __, trainer) => {
      if (inner === TrainerField.vocabSize) size = trainer.readVarint();
    }, null);
  }, null);
  return size;
}

const read = (bytes: Uint8Array) =>
  readSentencePiece(bytes).pieces.map(({ piece, score, type }) => [piece, score, type]);

describe('a tokenizer.model with other ids', () => {
  it('has its pieces in the places of their ids, with their scores and types, and leaves out those without one', () => {
    const next = [0, 1, 3, undefined, 2];
    const renumbered = renumberSentencePiece(model, (id) => next[id]);
    expect(read(renumbered)).toEqual([
      ['<unk>', 0, PieceType.unknown],
      ['<s>', 0, PieceType.control],
      ['b', -3, PieceType.normal],
      ['▁a', -1, PieceType.normal],
    ]);
    expect(vocabSizeOf(renumbered)).toBe(4);
    expect(readSentencePiece(renumbered).addDummyPrefix).toBe(false);
  });

  it('holds unused pieces where no id leads, so that those behind keep theirs', () => {
    const renumbered = renumberSentencePiece(model, (id) => (id === 4 ? 6 : id));
    expect(read(renumbered).slice(3)).toEqual([
      ['𠀀', -2, PieceType.normal],
      ['<unused:4>', 0, PieceType.unused],
      ['<unused:5>', 0, PieceType.unused],
      ['b', -3, PieceType.normal],
    ]);
    expect(vocabSizeOf(renumbered)).toBe(7);
  });
});

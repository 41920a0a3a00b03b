// SentencePiece's own file, tokenizer.model (sentencepiece_model.proto), with the pieces that the tokenizer has beyond it.
// SentencePiece merges whatever two neighbours make a piece, the best score first; tokenizer.json lists its merges. The two
// agree on new pieces scored below all old ones, because a learned piece is exactly what its text comes to under the
// merges before it: its other splits never stand beside each other.
import { PbfWriter } from 'pbf';
import { LabError } from '../../error';
import {
  Field,
  ModelType,
  PieceType,
  readSentencePiece,
  TrainerField,
  writePiece,
  type SentencePiece,
} from '../convert/sentencePieceFile';
import type { Tokenizer } from '../Tokenizer';

/**
 * @param model the bytes of tokenizer.model; the same bytes come back where the tokenizer has nothing new.
 * @throws LabError tokenizer/invalid for what is no such file, or one with pieces other than tokenizer.json's;
 *   tokenizer/unsupported for models other than BPE.
 */
export function extendSentencePieceModel(model: Uint8Array, tokenizer: Tokenizer): Uint8Array {
  const { pieces, modelType, body } = readSentencePiece(model);
  if (modelType !== ModelType.bpe) {
    throw new LabError(
      'tokenizer/unsupported',
      'tokenizer.model is no BPE model, though tokenizer.json is one.',
      'The two files are of different models; take both from the model’s own repository again.',
    );
  }
  pieces.forEach(({ piece }, id) => {
    if (!tokenizer.hasId(id) || tokenizer.piece(id) === piece) return;
    throw new LabError(
      'tokenizer/invalid',
      `tokenizer.model has the piece ${JSON.stringify(piece)} at id ${id}, tokenizer.json has ${JSON.stringify(tokenizer.piece(id))}.`,
      'The two files are of different versions; take both from the model’s own repository again, or remove tokenizer.model.',
      { id },
    );
  });
  if (tokenizer.largestId < pieces.length) return model;

  let score = lowestRank(pieces);
  const writer = new PbfWriter();
  for (let id = pieces.length; id <= tokenizer.largestId; id++) {
    writer.writeMessage(Field.pieces, writePiece, newPiece(tokenizer, id, (score = below(score))));
  }
  // Messages that stand twice in a file are one: the last value of a field holds.
  writer.writeMessage(
    Field.trainer,
    (size: number, trainer) => trainer.writeVarintField(TrainerField.vocabSize, size),
    tokenizer.largestId + 1,
  );
  const added = writer.finish();
  const extended = new Uint8Array(body.length + added.length);
  extended.set(body);
  extended.set(added, body.length);
  return extended;
}

/** Of the pieces that are merged; single characters may have any score (-1e9 in Mistral's file). */
function lowestRank(pieces: readonly SentencePiece[]): number {
  let lowest = 0;
  for (const { piece, score, type } of pieces) {
    if (type === PieceType.normal && score < lowest && Array.from(piece).length > 1) lowest = score;
  }
  return lowest;
}

/** The next score that a float of 32 bits tells apart. */
function below(score: number): number {
  const spacing = 2 ** (Math.floor(Math.log2(Math.max(1, -score))) - 22);
  return score - Math.max(1, spacing);
}

function newPiece(tokenizer: Tokenizer, id: number, score: number): SentencePiece {
  if (!tokenizer.hasId(id)) return { piece: `<unused:${id}>`, score, type: PieceType.unused };
  const piece = tokenizer.piece(id);
  const added = tokenizer.addedTokens.find((token) => token.id === id);
  if (added === undefined) return { piece, score, type: PieceType.normal };
  if (added.special) return { piece, score: 0, type: PieceType.control };
  // SentencePiece knows no tokens that match whole words alone; transformers adds those from its own files.
  return { piece, score: 0, type: added.singleWord ? PieceType.unused : PieceType.userDefined };
}

// tokenizer.model for a SentencePiece-style tokenizer that came without one. llama.cpp's converter takes scores from nowhere else:
// of tokenizer.json alone it gives all pieces one score, and what it then cuts is not what the model was trained on.
import { PbfWriter } from 'pbf';
import {
  Field,
  ModelType,
  NormalizerField,
  PieceType,
  TrainerField,
  writePiece,
  writeText,
  type SentencePiece,
} from '../convert/sentencePieceFile';
import { mergesFromScores } from '../convert/sentencePieceMerges';
import { scoresOfMerges } from '../convert/scoresOfMerges';
import { addsSpaceBefore } from '../convert/spaceBefore';
import type { JsonObject } from '../json';
import type { Tokenizer } from '../Tokenizer';

/** Undefined where SentencePiece would cut otherwise: it has no such rule, or would merge what tokenizer.json does not. */
export function makeSentencePieceModel(tokenizer: Tokenizer, json: JsonObject): Uint8Array | undefined {
  const addDummyPrefix = addsSpaceBefore(json.normalizer, json.pre_tokenizer);
  const { unk_token: unknownPiece } = json.model as JsonObject;
  const unknown = typeof unknownPiece === 'string' ? tokenizer.idOfPiece(unknownPiece) : undefined;
  if (addDummyPrefix === undefined || unknown === undefined) return undefined;
  const pieces = piecesOf(tokenizer, unknown);
  if (!areItsMerges(tokenizer, pieces)) return undefined;
  const writer = new PbfWriter();
  for (const piece of pieces) writer.writeMessage(Field.pieces, writePiece, piece);
  writer.writeMessage(Field.trainer, trainerOf(tokenizer, pieces, unknown), null);
  writer.writeMessage(Field.normalizer, writeNormalizer, addDummyPrefix);
  return writer.finish();
}

function piecesOf(tokenizer: Tokenizer, unknown: number): SentencePiece[] {
  const scores = scoresOfMerges(tokenizer, tokenizer.largestId + 1);
  const wholeWords = new Set(tokenizer.addedTokens.filter(({ singleWord }) => singleWord).map(({ id }) => id));
  return scores.map((score, id) => {
    if (!tokenizer.hasId(id)) return { piece: `<unused:${id}>`, score: 0, type: PieceType.unused };
    const piece = tokenizer.piece(id);
    if (id === unknown) return { piece, score: 0, type: PieceType.unknown };
    if (tokenizer.isSpecial(id)) return { piece, score: 0, type: PieceType.control };
    if (wholeWords.has(id)) return { piece, score: 0, type: PieceType.unused };
    if (tokenizer.isAdded(id)) return { piece, score: 0, type: PieceType.userDefined };
    return /^<0x[0-9A-F]{2}>$/.test(piece)
      ? { piece, score: 0, type: PieceType.byte }
      : { piece, score, type: PieceType.normal };
  });
}

/** SentencePiece merges whatever two neighbours make a piece. */
function areItsMerges(tokenizer: Tokenizer, pieces: readonly SentencePiece[]): boolean {
  const scored = pieces.flatMap(({ piece, score, type }, id) =>
    type === PieceType.normal || type === PieceType.userDefined ? [{ id, text: piece, score }] : [],
  );
  const { merges } = tokenizer.bpe;
  const listed = new Set(merges.map(([left, right]) => `${tokenizer.piece(left)} ${tokenizer.piece(right)}`));
  const made = mergesFromScores(scored, (problem) => new Error(problem));
  const pairs = new Set(made.map((pair) => pair.join(' ')));
  return pairs.size === listed.size && [...pairs].every((pair) => listed.has(pair));
}

function trainerOf(tokenizer: Tokenizer, pieces: readonly SentencePiece[], unknown: number) {
  const { bos, eos, padding } = tokenizer.special;
  const roles = [
    [TrainerField.unknownPiece, unknown],
    [TrainerField.bosPiece, bos],
    [TrainerField.eosPiece, eos],
    [TrainerField.paddingPiece, padding],
  ] as const;
  return (_: unknown, writer: PbfWriter): void => {
    writer.writeVarintField(TrainerField.modelType, ModelType.bpe);
    writer.writeVarintField(TrainerField.vocabSize, pieces.length);
    const bytes = pieces.filter(({ type }) => type === PieceType.byte);
    writer.writeBooleanField(TrainerField.byteFallback, bytes.length === 256);
    for (const [field, id] of roles) if (id !== null) writeText(field, pieces[id]!.piece, writer);
  };
}

/** Nothing is normalised but spaces. */
function writeNormalizer(addDummyPrefix: boolean, writer: PbfWriter): void {
  writeText(NormalizerField.name, 'identity', writer);
  writer.writeBooleanField(NormalizerField.addDummyPrefix, addDummyPrefix);
  writer.writeBooleanField(NormalizerField.removeExtraWhitespaces, false);
}

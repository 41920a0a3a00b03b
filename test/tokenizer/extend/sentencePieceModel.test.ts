// tokenizer.model in bytes. What SentencePiece itself makes of it is asked in test/interop/test_sentencepiece.py.
import { PbfReader, PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/error';
import { extendSentencePieceModel, loadTokenizer, type NewPiece } from '../../../src/tokenizer/index';
import { seededRandom } from '../../../src/random';

const OLD = ['<unk>', '▁', 'a', 'b', 'ab'];

function tokenizer(added: readonly Record<string, unknown>[] = []) {
  return loadTokenizer({
    added_tokens: added,
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(OLD.map((piece, id) => [piece, id])),
      merges: ['a b'],
      unk_token: '<unk>',
    },
    decoder: { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
  });
}

interface Piece {
  piece: string;
  score: number;
  type: number;
}

function modelFile(pieces: readonly Piece[], modelType = 2): Uint8Array {
  const writer = new PbfWriter();
  for (const each of pieces) {
    writer.writeMessage(
      1,
      ({ piece, score, type }, pbf) => {
        pbf.writeStringField(1, piece);
        pbf.writeFloatField(2, score);
        pbf.writeVarintField(3, type);
      },
      each,
    );
  }
  writer.writeMessage(2, (type, pbf) => pbf.writeVarintField(3, type), modelType);
  writer.writeMessage(4, (text, pbf) => pbf.writeStringField(1, text), 'a self test');
  writer.writeMessage(5, (text, pbf) => pbf.writeStringField(1, text), 'a denormalizer');
  return writer.finish();
}

const oldFile = (scores: readonly number[] = [0, -1, -2, -3, 0]): Uint8Array =>
  modelFile(OLD.map((piece, id) => ({ piece, score: scores[id]!, type: id === 0 ? 2 : 1 })));

function read(bytes: Uint8Array) {
  const pieces: Piece[] = [];
  const fields: number[] = [];
  const trainer = { size: 0, type: 0 };
  new PbfReader(bytes).readFields((field, _, pbf) => {
    fields.push(field);
    if (field === 1) {
      pieces.push(
        pbf.readMessage(
          (tag, piece, inner) => {
            if (tag === 1) piece.piece = inner.readString();
            else if (tag === 2) piece.score = inner.readFloat();
            else if (tag === 3) piece.type = inner.readVarint();
          },
          { piece: '', score: 0, type: 1 },
        ),
      );
    } else if (field === 2) {
      pbf.readMessage((tag, spec, inner) => {
        if (tag === 3) spec.type = inner.readVarint();
        else if (tag === 4) spec.size = inner.readVarint();
      }, trainer);
    }
  }, null);
  return { pieces, fields, trainer };
}

const NEW: readonly NewPiece[] = [
  { kind: 'merge', id: 6, piece: 'aab', left: 2, right: 4 },
  { kind: 'merge', id: 7, piece: 'aabb', left: 6, right: 3 },
  { kind: 'added', id: 8, piece: 'Xy' },
  { kind: 'added', id: 9, piece: 'word' },
];

describe('extendSentencePieceModel', () => {
  it('writes characters beyond the first two planes as they are', () => {
    const extended = tokenizer().extended([{ kind: 'character', id: 5, piece: '\u{20000}' }]);
    expect(read(extendSentencePieceModel(oldFile(), extended)).pieces.at(-1)!.piece).toBe('\u{20000}');
  });

  it('has a token that matches whole words only as an unused piece, since SentencePiece knows no such thing', () => {
    const { pieces } = read(
      extendSentencePieceModel(oldFile(), tokenizer([{ id: 5, content: 'whole', single_word: true }])),
    );
    expect(pieces.at(-1)).toMatchObject({ piece: 'whole', type: 5 });
  });

  it('appends pieces in their order below all ranks, and fills ids that no piece has', () => {
    const extended = tokenizer([{ id: 5, content: '<image>', special: true }]).extended(NEW);
    const { pieces, fields, trainer } = read(extendSentencePieceModel(oldFile([0, -1e9, -2, -3, -7]), extended));
    expect(pieces.map(({ piece, type }) => [piece, type])).toEqual([
      ['<unk>', 2],
      ['▁', 1],
      ['a', 1],
      ['b', 1],
      ['ab', 1],
      ['<image>', 3],
      ['aab', 1],
      ['aabb', 1],
      ['Xy', 4],
      ['word', 4],
    ]);
    // A single character of -1e9, as Mistral's file has some, does not drag the new ranks to where floats are far apart.
    expect(pieces[6]!.score).toBeLessThan(-7);
    expect(pieces[6]!.score).toBeGreaterThan(-20);
    expect(pieces[7]!.score).toBeLessThan(pieces[6]!.score);
    expect(trainer).toEqual({ type: 2, size: 10 });
    // The self test expects the old pieces of its texts; everything else is carried over.
    expect(fields).not.toContain(4);
    expect(fields).toContain(5);
  });

  it('keeps scores apart where floats of 32 bits are coarse', () => {
    const { pieces } = read(
      extendSentencePieceModel(
        oldFile([0, 0, 0, 0, -3e8]),
        tokenizer().extended(NEW.slice(0, 2).map((piece, at) => ({ ...piece, id: 5 + at }) as NewPiece)),
      ),
    );
    expect(pieces[5]!.score).toBeLessThan(pieces[4]!.score);
    expect(pieces[6]!.score).toBeLessThan(pieces[5]!.score);
  });

  it('gives back the same bytes where nothing is new', () => {
    const bytes = oldFile();
    expect(extendSentencePieceModel(bytes, tokenizer())).toBe(bytes);
  });

  it('refuses a file of another model by the piece that differs', () => {
    const other = modelFile(OLD.map((piece) => ({ piece: piece === 'b' ? 'c' : piece, score: 0, type: 1 })));
    expect(() => extendSentencePieceModel(other, tokenizer())).toThrow(/"c" at id 3, tokenizer.json has "b"/u);
    const unigram = modelFile(
      OLD.map((piece) => ({ piece, score: 0, type: 1 })),
      1,
    );
    expect(() => extendSentencePieceModel(unigram, tokenizer())).toThrow(LabError);
  });

  it('answers 10,000 damaged files with an error or a file, never otherwise', () => {
    const random = seededRandom(7);
    const whole = oldFile();
    const extended = tokenizer().extended(NEW.slice(0, 1).map((piece) => ({ ...piece, id: 5 }) as NewPiece));
    let refused = 0;
    for (let round = 0; round < 10_000; round++) {
      const bytes = whole.slice(0, random() < 0.3 ? Math.floor(random() * whole.length) : whole.length);
      for (let hit = 0; hit < 3 && bytes.length > 0; hit++) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      try {
        expect(extendSentencePieceModel(bytes, extended).length).toBeLessThan(2 * whole.length + 200);
      } catch (error) {
        expect(error).toBeInstanceOf(LabError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

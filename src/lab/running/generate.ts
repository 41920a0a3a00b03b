/**
 * Text from a model as its weights are now, whatever runs it: the engine, which runs the whole prompt again for each token
 * in a program of fixed length with logits for the last position only (at the lengths of samples that is simpler than a
 * cache, and it shares the parameters with training), or onnxruntime-web with its key/value cache (onnxText.ts).
 */
import { breathe } from '../../breathe';
import { LabError } from '../../error';
import type { Tokenizer } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import type { ModelSession } from '../device/modelSession';
import { seededRandom } from '../../random';
import type { Piece } from '../open/piece';
import { pickToken, type SamplingOptions } from './sampling';

/** A model that continues texts. */
export interface TextModel {
  readonly startId: number;
  readonly eosTokenIds: readonly number[];
  /** Tokens of prompt and text together. Longer prompts keep their end. */
  readonly room: number;
  /** @param tokens that the text may come to. */
  begin(tokens: number): TextUnderWay;
}

export interface TextUnderWay {
  /** Logits of the token after all of `ids`; each call goes on from the ids of the one before. */
  next(ids: readonly number[]): Promise<Float32Array>;
  close(): void;
}

export interface GenerateOptions extends SamplingOptions {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly seed: number;
  readonly firstNewId?: number;
  readonly signal?: AbortSignal;
  readonly onPiece?: (piece: Piece) => void;
}

const shortestProgram = 32;
const longestProgram = 512;

/** Lengths come in powers of two, so that few programs are compiled. */
export function engineText(session: ModelSession): TextModel {
  const { config, startId } = session.model;
  const room = Math.min(longestProgram, config.contextLength || longestProgram);
  return {
    startId,
    eosTokenIds: config.eosTokenIds,
    room,
    begin(tokens) {
      const length = Math.min(room, Math.max(shortestProgram, 2 ** Math.ceil(Math.log2(tokens))));
      return { next: (ids) => session.nextLogits(Uint32Array.from(ids), length), close: () => undefined };
    },
  };
}

/** The pieces after the prompt; offsets count from its end. Ends early at an end token. */
export async function generateText(model: TextModel, tokenizer: Tokenizer, options: GenerateOptions): Promise<Piece[]> {
  const { startId, eosTokenIds, room } = model;
  const prompt = [...tokenizer.encode(options.prompt).ids];
  const kept = prompt.slice(Math.max(0, prompt.length - (room - options.maxTokens - 1)));
  const ids = [startId, ...kept];
  if (options.maxTokens + 2 > room) {
    throw new LabError(
      'lab/too-long',
      `${options.maxTokens} tokens do not fit; at most ${room - 2} can be generated with this model.`,
      'Ask for fewer tokens.',
    );
  }
  const text = model.begin(ids.length + options.maxTokens);
  try {
    return await continued(text, ids, tokenizer, new Set([...eosTokenIds, tokenizer.special.eos ?? -1]), options);
  } finally {
    text.close();
  }
}

async function continued(
  under: TextUnderWay,
  ids: number[],
  tokenizer: Tokenizer,
  ends: ReadonlySet<number>,
  options: GenerateOptions,
): Promise<Piece[]> {
  const random = seededRandom(options.seed);
  const decoder = new TextDecoder();
  const pieces: Piece[] = [];
  let at = 0;
  for (let count = 0; count < options.maxTokens; count++) {
    throwIfCancelled(options.signal);
    const logits = await under.next(ids);
    const id = pickToken(logits, options, random, (candidate) => tokenizer.hasId(candidate));
    if (ends.has(id)) break;
    ids.push(id);
    // A character that is spread over tokens appears with the last of them.
    const text = decoder.decode(tokenizer.tokenBytes(id) as Uint8Array<ArrayBuffer>, { stream: true });
    const piece: Piece = { id, text, start: at, end: at + text.length, isNew: id >= (options.firstNewId ?? Infinity) };
    at = piece.end;
    pieces.push(piece);
    options.onPiece?.(piece);
    await breathe();
  }
  return pieces;
}

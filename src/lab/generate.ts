/**
 * Text from the weights as they are now. Each token runs the whole prompt again through a program of fixed length with
 * logits for the last position only: at the lengths of samples (up to 256 tokens) that is simpler than a key/value cache,
 * and it shares the parameters with training. Lengths come in powers of two, so that few programs are compiled.
 */
import { LabError } from '../error';
import type { Tokenizer } from '../tokenizer/index';
import { breathe, throwIfCancelled } from './cancel';
import type { ModelSession } from './modelSession';
import { seededRandom } from './random';
import type { Piece } from './results';
import { pickToken } from './sampling';

export interface GenerateOptions {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly seed: number;
  readonly firstNewId?: number;
  readonly signal?: AbortSignal;
  readonly onPiece?: (piece: Piece) => void;
}

const shortestProgram = 32;
/** Longer prompts keep their end. */
const longestProgram = 512;

/** The pieces after the prompt; offsets count from its end. Ends early at an end token. */
export async function generateText(
  session: ModelSession,
  tokenizer: Tokenizer,
  options: GenerateOptions,
): Promise<Piece[]> {
  const { config, startId } = session.model;
  const room = Math.min(longestProgram, config.contextLength);
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
  const tokens = Math.min(room, Math.max(shortestProgram, 2 ** Math.ceil(Math.log2(ids.length + options.maxTokens))));
  const random = seededRandom(options.seed);
  const ends = new Set([...config.eosTokenIds, tokenizer.special.eos ?? -1]);
  const decoder = new TextDecoder();
  const pieces: Piece[] = [];
  let at = 0;
  for (let count = 0; count < options.maxTokens; count++) {
    throwIfCancelled(options.signal);
    const logits = await session.nextLogits(Uint32Array.from(ids), tokens);
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

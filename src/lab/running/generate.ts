/**
 * Text from a model as its weights are now, whatever runs it: the engine, which runs the whole prompt again for each token
 * in a program of fixed length with logits for the last position only (at the lengths of samples that is simpler than a
 * cache, and it shares the parameters with training), or onnxruntime-web with its key/value cache (onnxText.ts).
 */
import { boundsText, isWithin, type Bounds } from '../../bounds';
import { breathe } from '../../breathe';
import { LabError } from '../../error';
import type { Tokenizer } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import type { ModelSession } from '../device/modelSession';
import { seededRandom } from '../../random';
import type { Piece } from '../open/piece';
import { pickToken, type SamplingOptions } from './sampling';
import { mostNewTokens, samplingBounds, type SamplingSetting } from '../../samplingBounds';

/** A model that continues texts. */
export interface TextModel {
  readonly startId: number;
  readonly eosTokenIds: readonly number[];
  /** Tokens of prompt and text together. */
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
  /** The prompt holds whatever stands before a text; absent: the start token is put there. */
  readonly isWhole?: boolean;
  /** Ids that end the text beside the model's own. */
  readonly ends?: readonly number[];
  readonly maxTokens: number;
  /** UTF-8 bytes after which no further token is drawn. */
  readonly maxBytes?: number;
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

/** The pieces after the prompt; offsets count from its end. Ends early at an end token. Throws `lab/bad-sampling`, `lab/too-long`. */
export async function generateText(model: TextModel, tokenizer: Tokenizer, options: GenerateOptions): Promise<Piece[]> {
  const { startId, eosTokenIds, room } = model;
  const most = mostNewTokens(room);
  requireSampling(options, most);
  const prompt = tokenizer.encode(options.prompt).ids;
  if (prompt.length + options.maxTokens > most + 1) {
    throw new LabError(
      'lab/too-long',
      `The prompt has ${prompt.length} tokens, and ${options.maxTokens} are to follow; this model writes at most ${most + 1} in all.`,
      'Shorten the prompt, or ask for fewer tokens.',
      { field: 'maxTokens', most: Math.max(0, most + 1 - prompt.length) },
    );
  }
  const ids = options.isWhole && prompt.length > 0 ? [...prompt] : [startId, ...prompt];
  const text = model.begin(ids.length + options.maxTokens);
  try {
    return await continued(
      text,
      ids,
      tokenizer,
      new Set([...eosTokenIds, tokenizer.special.eos ?? -1, ...(options.ends ?? [])]),
      options,
    );
  } finally {
    text.close();
  }
}

function requireSampling(options: GenerateOptions, mostTokens: number): void {
  const bounds: Readonly<Record<SamplingSetting, Bounds>> = {
    ...samplingBounds,
    maxTokens: { ...samplingBounds.maxTokens, most: mostTokens },
  };
  for (const field of Object.keys(bounds) as SamplingSetting[]) {
    const value = options[field];
    if (value === undefined || isWithin(value, bounds[field])) continue;
    throw new LabError(
      'lab/bad-sampling',
      `\`${field}\` is ${value}; expected is ${boundsText(bounds[field])}.`,
      'Choose what is possible.',
      { field, ...bounds[field] },
    );
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
  let [at, bytes] = [0, 0];
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
    bytes += tokenizer.tokenBytes(id).length;
    pieces.push(piece);
    options.onPiece?.(piece);
    if (bytes >= (options.maxBytes ?? Infinity)) break;
    await breathe();
  }
  return pieces;
}

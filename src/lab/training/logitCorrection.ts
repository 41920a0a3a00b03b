/**
 * New rows of the output side, moved until a new token begins as likely as its old spelling. At places of training text where it is
 * right, the model prices its pieces; what its logit should be there is the first piece's with the log-probabilities of the others.
 * The row goes along the mean of the hidden states at these places, as far as makes the mean of its logits that. A tied model has one
 * matrix, whose rows are read in this direction too. A token that the sampled text lacks stays as it was made.
 */
import type { Tokenizer } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import type { Graft, NewRows } from '../device/graftedRows';
import type { ModelSession } from '../device/modelSession';
import { findPlaces } from '../evidence/places';
import { batchesOf, slotsOf, windowOf } from '../evidence/measurePlaces';
import { contextBefore, contextLength, piecesWindow, placeOfPieces } from '../evidence/placeWindows';
import { throttled, type Watch } from '../progress';
import { sampledDocuments } from '../scoring/evaluate';

/** Places of a token that its row is made from, at most; and of how much training text, spread over all of it. */
const placesEach = 8;
const sampledBytes = 512 * 1024;

export interface CorrectionRequest {
  /** With the new tokens, and without. */
  readonly tokenizer: Tokenizer;
  readonly oldTokenizer: Tokenizer;
  readonly newRows: readonly NewRows[];
  readonly texts: readonly string[];
  readonly seed: number;
}

/** Sums over the places of one token. */
interface Measured {
  readonly state: Float64Array;
  /** Of what its logit should be, less what it is. */
  missing: number;
  places: number;
}

/** The graft with other output rows, which the session has from then on as well. */
export async function correctLogits(
  session: ModelSession,
  graft: Graft,
  request: CorrectionRequest,
  watch: Watch = {},
): Promise<Graft> {
  const measured = await measure(session, request, watch);
  const { hiddenSize, tied } = session.model.config;
  const rows = Float32Array.from(tied ? graft.input : graft.output!);
  for (const [id, { state, missing, places }] of measured) {
    const squares = state.reduce((sum, value) => sum + (value / places) ** 2, 0);
    if (squares === 0) continue;
    const from = (id - graft.plan.firstNewId) * hiddenSize;
    const along = missing / places / squares;
    for (let i = 0; i < hiddenSize; i++) rows[from + i]! += along * (state[i]! / places);
  }
  const corrected = tied ? { ...graft, input: rows } : { ...graft, output: rows };
  await session.regraft(corrected);
  return corrected;
}

async function measure(
  session: ModelSession,
  { tokenizer, oldTokenizer, newRows, texts, seed }: CorrectionRequest,
  { onProgress, signal }: Watch,
): Promise<ReadonlyMap<number, Measured>> {
  const report = throttled(onProgress ?? (() => undefined));
  const sampled = sampledDocuments(texts, sampledBytes, 'spread');
  const encoded = sampled.map((text, done) => {
    throwIfCancelled(signal);
    report({ phase: 'tokenizing', done, total: sampled.length });
    return tokenizer.encode(text);
  });
  const pieces = new Map(newRows.map((row) => [row.id, row.pieces]));
  const found = findPlaces(
    encoded.map(({ ids }) => ids),
    new Set(pieces.keys()),
    placesEach,
    seed,
  );
  const { hiddenSize } = session.model.config;
  const slots = slotsOf(session.graphs.config.vocabSize, session.scorer().tokens);
  const length = windowOf(session);
  const old = new Map<number, ReturnType<Tokenizer['encode']>>();
  const places = [...found.values()]
    .flatMap((each) => each.places)
    .flatMap(({ token, document, at }) => {
      const own = pieces.get(token)!;
      const cut = old.get(document) ?? oldTokenizer.encode(sampled[document]!);
      old.set(document, cut);
      const place = own.length === 0 ? undefined : placeOfPieces(cut, encoded[document]!.starts[at]!, own);
      if (place === undefined || own.length > Math.min(slots, length)) return [];
      const before = contextBefore(cut.ids, place, session.model.startId, contextLength(own.length, length));
      return [{ token, own, before }];
    });
  const sums = new Map<number, Measured>();
  const isOld = (id: number) => !pieces.has(id) && tokenizer.hasId(id);
  let done = 0;
  for (const group of groupsOf(places, slots)) {
    const windows = group.map(({ before, own }, index) => piecesWindow(index, before, own));
    for (const batch of batchesOf(windows, session.scorer().tokens)) {
      throwIfCancelled(signal);
      report({ phase: 'measuring', done, total: places.length });
      // The last positions of each window are those that its pieces are read at, in order.
      const at = windows.map((): number[] => []);
      for (const [position, index] of batch.documents.entries()) if (index >= 0) at[index]!.push(position);
      const read = group.flatMap(({ own }, index) =>
        at[index]!.length > 0 ? [{ index, from: at[index]!.slice(-own.length) }] : [],
      );
      const selected = new Uint32Array(slots);
      selected.set(read.flatMap(({ from }) => from));
      const { logits, states } = await session.selectedStates(batch, selected);
      const width = logits.length / slots;
      let slot = 0;
      for (const { index } of read) {
        const { token, own } = group[index]!;
        const known: Measured = sums.get(token) ?? { state: new Float64Array(hiddenSize), missing: 0, places: 0 };
        sums.set(token, known);
        const first = logits.subarray(slot * width, (slot + 1) * width);
        known.missing += first[own[0]!]! - first[token]!;
        for (let i = 0; i < hiddenSize; i++) known.state[i]! += states[slot * hiddenSize + i]!;
        for (let piece = 1; piece < own.length; piece++) {
          known.missing += logProbability(
            logits.subarray((slot + piece) * width, (slot + piece + 1) * width),
            own[piece]!,
            isOld,
          );
        }
        known.places++;
        slot += own.length;
        done++;
      }
    }
  }
  report({ phase: 'measuring', done: places.length, total: places.length });
  return sums;
}

/** Among the tokens that the model was trained with. */
function logProbability(logits: Float32Array, id: number, isOld: (id: number) => boolean): number {
  let most = -Infinity;
  for (const [other, logit] of logits.entries()) if (logit > most && isOld(other)) most = logit;
  let sum = 0;
  for (const [other, logit] of logits.entries()) if (isOld(other)) sum += Math.exp(logit - most);
  return logits[id]! - most - Math.log(sum);
}

/** As many places in a row as their pieces fit the positions that are read back at once. */
function* groupsOf<Place extends { readonly own: readonly number[] }>(
  places: readonly Place[],
  slots: number,
): Generator<Place[]> {
  let group: Place[] = [];
  let taken = 0;
  for (const place of places) {
    if (taken + place.own.length > slots) {
      yield group;
      group = [];
      taken = 0;
    }
    group.push(place);
    taken += place.own.length;
  }
  if (group.length > 0) yield group;
}

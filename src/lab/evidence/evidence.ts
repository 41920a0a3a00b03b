/**
 * Evidence for every new token of a trained model: where it is right in held-out text, what it costs there beside its old pieces, how
 * often training showed it, what its row looks like. The old pieces are priced by the control, the old vocabulary trained on the
 * same text: the model itself unlearns the old spelling, so that against its own price every token would pay (docs/decisions.md).
 */
import type { Encoding, Tokenizer } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import type { Graft } from '../device/graftedRows';
import type { ModelSession } from '../device/modelSession';
import { thresholds } from '../diagnosis/thresholds';
import { throttled, type Watch } from '../progress';
import { sampledDocuments, utf8Bytes } from '../scoring/evaluate';
import { keptIds } from '../training/keptPrices';
import type { RunRecord, TokenProgress } from '../training/records';
import type { NewToken } from '../vocabulary/vocabularySummary';
import { wholeCharacters } from '../wholeCharacters';
import { advantageCourse } from './advantageCourse';
import { evidenceDefaults } from './defaults';
import { effectiveRank } from './effectiveRank';
import { crossing, median, runningMedian } from './exposuresNeeded';
import { piecePrices, rightAnswers, windowOf } from './measurePlaces';
import { nearestRows, type Neighbour } from './neighbours';
import { findPlaces, type Place } from './places';
import { contextBefore, contextLength, placeOfPieces } from './placeWindows';
import { beginsWith } from './rightAnswer';
import { rowFigures } from './rowFigures';
import { rowsAtStart, rowsNow, type VocabularyRows, type VocabularySide } from './rows';
import {
  isStarved,
  type EvidenceSummary,
  type MeasuredToken,
  type PlaceEvidence,
  type TokenEvidence,
  type TokenNeighbours,
  type TokensEvidence,
} from './tokenEvidence';

export interface EvidenceSubject {
  readonly session: ModelSession;
  /** With the new tokens. */
  readonly tokenizer: Tokenizer;
  /** Ids in order without gaps. */
  readonly newTokens: readonly NewToken[];
  readonly heldOut: readonly string[];
  /** Of the training; empty where none is known. */
  readonly records: readonly RunRecord[];
  /** A training on the old vocabulary, which prices the old pieces; absent: the model itself does. */
  readonly control?: Control;
  /** How the new rows began; absent where it is not known. */
  readonly graft?: Graft;
  /** What the training was watched by, in that order; absent where it is not known. */
  readonly watched?: readonly string[];
}

export interface Control {
  readonly name: string;
  readonly session: ModelSession;
  readonly tokenizer: Tokenizer;
  /** Of its training, with the same seed. */
  readonly records: readonly RunRecord[];
}

export interface EvidenceOptions extends Watch {
  readonly placesEach?: number;
  /** Of held-out text, a spread sample of it. */
  readonly maxBytes?: number;
  readonly seed?: number;
  /** Id of the one token whose places are measured; absent: all. */
  readonly only?: number;
}

/** UTF-16 units of text that are shown around a place. */
const shown = { before: 48, after: 24 };

export async function tokensEvidence(subject: EvidenceSubject, options: EvidenceOptions = {}): Promise<TokensEvidence> {
  const { placesEach, maxBytes, seed } = { ...evidenceDefaults, ...options };
  const { onProgress, signal } = options;
  const { session, tokenizer, newTokens } = subject;
  const texts = sampledDocuments(subject.heldOut, maxBytes, 'spread');
  const report = throttled(onProgress ?? (() => undefined));
  const encoded = texts.map((text, done) => {
    throwIfCancelled(signal);
    report({ phase: 'tokenizing', done, total: texts.length });
    return tokenizer.encode(text);
  });
  const ids = encoded.map((encoding) => encoding.ids);
  const wanted = options.only === undefined ? newTokens.map(({ id }) => id) : [options.only];
  const found = findPlaces(ids, new Set(wanted), placesEach, seed);
  const pieces = new Map(newTokens.map(({ id, pieces: old }) => [id, old.map((piece) => piece.id)]));
  const places = [...found.values()].flatMap((each) => each.places);
  const isToken = (id: number) => tokenizer.hasId(id);
  const isNew = (id: number) => pieces.has(id);
  const watch = { onProgress: report, signal };
  const before = places.map(({ document, at }) =>
    contextBefore(ids[document]!, at, session.model.startId, windowOf(session)),
  );
  const rights = places.map(({ token }) => token);
  const answers = await rightAnswers(session, before, rights, isToken, watch);
  const prices = await oldPrices(subject, texts, encoded, places, pieces, watch);
  const shownPlace = ({ token, document, at }: Place, index: number): PlaceEvidence => {
    const { first, loss, probability, rank } = answers[index]!;
    const [text, { starts, ends }] = [texts[document]!, encoded[document]!];
    const leaks = !isNew(first) && beginsWith(tokenizer.tokenBytes(token), tokenizer.tokenBytes(first));
    const [start, end] = [starts[at]!, ends[at]!];
    const price = prices[index]!;
    return {
      before: wholeCharacters(text.slice(Math.max(0, start - shown.before), start)),
      after: wholeCharacters(text.slice(end, end + shown.after)),
      ...{ loss, probability, rank, advantage: price === null ? null : price - loss },
      leak: leaks ? tokenizer.tokenText(first) : null,
    };
  };
  const byToken = new Map<number, PlaceEvidence[]>();
  for (const [index, place] of places.entries()) {
    byToken.set(place.token, [...(byToken.get(place.token) ?? []), shownPlace(place, index)]);
  }
  report({ phase: 'reading', done: 0, total: 1 });
  const sides = sidesNow(session);
  const rows = await rowFigures(
    sides,
    newTokens.map(({ id }) => id),
    (id) => isToken(id) && !isNew(id),
  );
  const progress = new Map(lastProgress(subject.records).map((each) => [each.id, each]));
  const over = courseOf(subject);
  const tokens = newTokens.map(({ id, text, pieces: old, isLink }): TokenEvidence => {
    const { exposures, firstLoss, loss, curve } = progress.get(id) ?? unknownProgress;
    const own = (byToken.get(id) ?? []).sort((a, b) => (b.advantage ?? -Infinity) - (a.advantage ?? -Infinity));
    return {
      ...{ id, text, piece: tokenizer.piece(id), pieces: old },
      ...(isLink ? { isLink } : {}),
      ...{ exposures, firstLoss, loss, curve },
      occurrences: found.get(id)?.occurrences ?? 0,
      measured: own.length > 0 ? overPlaces(own) : null,
      places: own,
      course: over?.byToken.get(id) ?? null,
      ...rows.get(id)!,
    };
  });
  const first = newTokens[0]!.id;
  const newRows = await sides.input.read(first, first + newTokens.length);
  const summary = { ...summaryOf(tokens), effectiveRank: await effectiveRank(newRows, sides.input.hiddenSize) };
  const bytes = texts.reduce((sum, text) => sum + utf8Bytes(text), 0);
  return {
    control: subject.control?.name ?? null,
    text: { documents: texts.length, bytes },
    ...{ window: windowOf(session), placesEach, tokens, summary },
    course: over?.course ?? null,
  };
}

/** From what both runs kept at their evaluations. */
function courseOf({ session, tokenizer, newTokens, records, control, watched }: EvidenceSubject) {
  if (!control || !watched) return undefined;
  const old: Encoding[] = [];
  for (let at = 0, ids = 0; at < watched.length && ids < keptIds; at++) {
    old.push(control.tokenizer.encode(watched[at]!));
    ids += old[at]!.ids.length;
  }
  return advantageCourse(
    { records, encoded: watched.slice(0, old.length).map((text) => tokenizer.encode(text)) },
    { records: control.records, encoded: old },
    newTokens.map(({ id, pieces }) => ({ id, pieces: pieces.map((piece) => controlId(session, piece.id)) })),
  );
}

/** The control has the ids of the model that was opened. */
function controlId(session: ModelSession, id: number): number {
  return session.model.rearranged?.rows[id] ?? id;
}

/** Nats of the old pieces at each place; null where they do not fit the model's context, or the control cuts the text otherwise. */
async function oldPrices(
  { session, tokenizer, control }: EvidenceSubject,
  texts: readonly string[],
  encoded: readonly Encoding[],
  places: readonly Place[],
  pieces: ReadonlyMap<number, readonly number[]>,
  watch: Watch,
): Promise<(number | null)[]> {
  const by = control ?? { session, tokenizer };
  const old = control ? texts.map((text) => control.tokenizer.encode(text)) : encoded;
  const [length, mostPieces] = [windowOf(by.session), by.session.scorer().windowLength];
  const priced = places.flatMap(({ token, document, at }, index) => {
    const known = pieces.get(token)!;
    const own = control ? known.map((id) => controlId(session, id)) : known;
    const place = control ? placeOfPieces(old[document]!, encoded[document]!.starts[at]!, own) : at;
    if (place === undefined || own.length > mostPieces) return [];
    const { ids } = old[document]!;
    const text = contextBefore(ids, place, by.session.model.startId, contextLength(own.length, length));
    return [{ index, text, own }];
  });
  const prices = await piecePrices(
    by.session,
    priced.map(({ text }) => text),
    priced.map(({ own }) => own),
    watch,
  );
  const all = places.map((): number | null => null);
  for (const [at, { index }] of priced.entries()) all[index] = prices[at]!;
  return all;
}

/** Of the input side, and of the output side where that is another matrix. */
export async function neighboursOf(subject: EvidenceSubject, id: number, most = 8): Promise<TokenNeighbours[]> {
  const input = await sideNeighbours(subject, id, 'input', most);
  return subject.session.model.config.tied ? [input] : [input, await sideNeighbours(subject, id, 'output', most)];
}

/** Rows nearest to a token's, by cosine; reads the whole matrix. */
async function sideNeighbours(
  { session, tokenizer, newTokens, graft }: EvidenceSubject,
  id: number,
  side: VocabularySide,
  most: number,
): Promise<TokenNeighbours> {
  const known = new Set(newTokens.map((token) => token.id));
  const named = (neighbours: readonly Neighbour[]) =>
    neighbours.map((near) => ({ ...near, text: tokenizer.tokenText(near.id), isNew: known.has(near.id) }));
  const nearest = async (rows: VocabularyRows) =>
    named(await nearestRows(rows, id, most, (other) => tokenizer.hasId(other)));
  return {
    ...{ id, side },
    start: graft ? await nearest(rowsAtStart(session, graft, side)) : null,
    now: await nearest(rowsNow(session, side)),
  };
}

function sidesNow(session: ModelSession): { input: VocabularyRows; output?: VocabularyRows } {
  const input = rowsNow(session, 'input');
  return session.model.config.tied ? { input } : { input, output: rowsNow(session, 'output') };
}

const unknownProgress = { exposures: null, firstLoss: null, loss: null, curve: [] };

function lastProgress(records: readonly RunRecord[]): readonly TokenProgress[] {
  return records.findLast((record) => record.type === 'tokens')?.tokens ?? [];
}

function overPlaces(places: readonly PlaceEvidence[]): MeasuredToken {
  const mean = (of: (place: PlaceEvidence) => number) =>
    places.reduce((sum, place) => sum + of(place), 0) / places.length;
  const advantages = places.flatMap(({ advantage }) => (advantage === null ? [] : [advantage]));
  return {
    loss: mean(({ loss }) => loss),
    advantage: advantages.length > 0 ? advantages.reduce((sum, value) => sum + value, 0) / advantages.length : null,
    rank: median(places.map(({ rank }) => rank))!,
    probability: median(places.map(({ probability }) => probability))!,
    leakage: mean(({ leak }) => (leak === null ? 0 : 1)),
  };
}

/** Over all tokens, without what needs their rows. */
export function summaryOf(tokens: readonly TokenEvidence[]): Omit<EvidenceSummary, 'effectiveRank'> {
  const floor = thresholds.exposure[0];
  const priced = tokens.flatMap(({ exposures, measured }) => {
    const advantage = measured?.advantage ?? null;
    return advantage === null ? [] : [{ exposures, advantage }];
  });
  const advantages = priced.map(({ advantage }) => advantage);
  const points = priced.flatMap(({ exposures, advantage }) => (exposures === null ? [] : [{ exposures, advantage }]));
  const standing = tokens.filter(({ exposures, isLink }) => exposures !== null && !isLink);
  return {
    tokens: tokens.length,
    measured: tokens.filter(({ measured }) => measured !== null).length,
    priced: priced.length,
    cheaper: advantages.filter((advantage) => advantage > 0).length,
    medianAdvantage: median(advantages),
    crossing: crossing(points),
    runningMedian: runningMedian(points),
    starved: standing.length > 0 ? standing.filter((token) => isStarved(token, floor)).length : null,
    counted: standing.length,
    floor,
    underTrained: tokens.filter(({ indicators }) => indicators.length > 0).length,
  };
}

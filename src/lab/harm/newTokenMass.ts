/**
 * How much probability all new tokens together get on general text: what they take from the old ones where hardly any of them is
 * right. The logits of a place are a whole vocabulary, so that of a long text a sample of the places is read, drawn from a seed.
 */
import { ignoredTarget } from '../../engine/index';
import { seededRandom, shuffledIndices } from '../../random';
import { throwIfCancelled } from '../cancel';
import type { Watch } from '../progress';
import { leastDocuments, percentiles, resamples } from '../scoring/bootstrap';
import { blockLengthOf, documentWindows, packWindows } from '../scoring/windows';
import type { HarmModel } from './harmModel';
import type { MassPlace, NewTokenMass } from './harmReport';
import type { PricedDocument } from './pricedText';

/** Of logits that are read back at once, and in all. */
const logitsBytes = 16e6;
const allLogitsBytes = 128e6;
const mostPlaces = 4096;
const highestPlaces = 8;
const shownCharacters = { before: 48, after: 24 };
const placesSeed = 20260103;

interface Read {
  readonly document: number;
  readonly at: number;
  readonly mass: number;
  readonly likeliest: number;
  readonly probability: number;
}

export async function newTokenMass(
  { session, tokenizer }: HarmModel,
  documents: readonly PricedDocument[],
  isNew: ReadonlySet<number>,
  { onProgress, signal }: Watch,
): Promise<NewTokenMass> {
  const scorer = session.scorer();
  const rows = session.graphs.config.vocabSize;
  const slots = Math.max(1, Math.min(Math.floor(logitsBytes / 4 / rows), Math.floor(scorer.tokens / 8)));
  const ofPlaces = documents.reduce((sum, { ids }) => sum + ids.length, 0);
  const wanted = Math.min(ofPlaces, mostPlaces, Math.max(slots, Math.floor(allLogitsBytes / 4 / rows)));
  const chosen = new Uint8Array(ofPlaces);
  for (const place of shuffledIndices(ofPlaces, seededRandom(placesSeed)).subarray(0, wanted)) chosen[place] = 1;
  const reads: Read[] = [];
  const ids = Uint32Array.from(isNew);
  for (const batch of batches(documents, scorer)) {
    const inBatch = batch.places.filter(({ place }) => chosen[place] === 1);
    for (let from = 0; from < inBatch.length; from += slots) {
      throwIfCancelled(signal);
      onProgress?.({ phase: 'measuring', done: reads.length, total: wanted });
      const part = inBatch.slice(from, from + slots);
      const selected = new Uint32Array(slots);
      for (const [slot, { position }] of part.entries()) selected[slot] = position;
      const logits = await session.selectedLogits(batch.packed, selected);
      for (const [slot, { document, at }] of part.entries()) {
        const row = logits.subarray(slot * rows, (slot + 1) * rows);
        reads.push({ document, at, ...massOf(row, ids, (id) => tokenizer.hasId(id)) });
      }
    }
  }
  onProgress?.({ phase: 'measuring', done: wanted, total: wanted });
  const rightIsNew = ({ document, at }: Read) => isNew.has(documents[document]!.ids[at]!);
  const elsewhere = reads.filter((read) => !rightIsNew(read));
  const highest = [...elsewhere].sort((a, b) => b.mass - a.mass).slice(0, highestPlaces);
  return {
    places: reads.length,
    ofPlaces,
    mean: meanOf(reads) ?? 0,
    interval: intervalOf(reads, documents.length),
    newTargets: reads.filter(rightIsNew).length / Math.max(1, reads.length),
    meanElsewhere: meanOf(elsewhere),
    highest: highest.map(({ document, at, mass, likeliest, probability }): MassPlace => {
      const { text, starts, ends } = documents[document]!;
      const [start, end] = [starts[at]!, ends[at]!];
      return {
        before: text.slice(Math.max(0, start - shownCharacters.before), start).replace(/^[\uDC00-\uDFFF]/u, ''),
        token: text.slice(start, end),
        after: text.slice(end, end + shownCharacters.after).replace(/[\uD800-\uDBFF]$/u, ''),
        mass,
        likeliest: { text: tokenizer.tokenText(likeliest), probability },
      };
    }),
  };
}

/** Ids that stand for no token cannot be drawn: they are in neither sum. */
function massOf(row: Float32Array, ids: Uint32Array, isToken: (id: number) => boolean): Omit<Read, 'document' | 'at'> {
  let largest = -Infinity;
  for (let id = 0; id < row.length; id++) if (isToken(id) && row[id]! > largest) largest = row[id]!;
  let all = 0;
  for (let id = 0; id < row.length; id++) if (isToken(id)) all += Math.exp(row[id]! - largest);
  let mass = 0;
  let likeliest = ids[0]!;
  for (const id of ids) {
    mass += Math.exp(row[id]! - largest);
    if (row[id]! > row[likeliest]!) likeliest = id;
  }
  return { mass: mass / all, likeliest, probability: Math.exp(row[likeliest]! - largest) / all };
}

/** Packed passes with the places that are targets in them; places count through all documents. */
function* batches(
  documents: readonly PricedDocument[],
  scorer: { tokens: number; windowLength: number; startId: number },
) {
  const windows = documents.flatMap(({ ids }, d) => documentWindows(d, ids, scorer.startId, scorer.windowLength));
  const firsts: number[] = [];
  let before = 0;
  for (const { ids } of documents) {
    firsts.push(before);
    before += ids.length;
  }
  const filled = documents.map(() => 0);
  const begins = windows.map(({ document, targets }) => {
    const begin = filled[document]!;
    filled[document]! += targets.reduce((count, target) => count + (target === ignoredTarget ? 0 : 1), 0);
    return begin;
  });
  const longest = windows.reduce((length, { ids }) => Math.max(length, ids.length), 1);
  const told = windows.map((window, index) => ({ ...window, document: index }));
  for (const packed of packWindows(told, scorer.tokens, blockLengthOf(longest, scorer.tokens))) {
    const places: { position: number; document: number; at: number; place: number }[] = [];
    for (const [position, window] of packed.documents.entries()) {
      if (window < 0 || packed.targets[position] === ignoredTarget) continue;
      const { document } = windows[window]!;
      const at = begins[window]!++;
      places.push({ position, document, at, place: firsts[document]! + at });
    }
    yield { packed, places };
  }
}

const meanOf = (reads: readonly Read[]): number | null =>
  reads.length === 0 ? null : reads.reduce((sum, { mass }) => sum + mass, 0) / reads.length;

function intervalOf(reads: readonly Read[], documents: number): readonly [number, number] | null {
  if (documents < leastDocuments) return null;
  const [sums, counts] = [new Float64Array(documents), new Float64Array(documents)];
  for (const { document, mass } of reads) {
    sums[document]! += mass;
    counts[document]!++;
  }
  const random = seededRandom(placesSeed);
  const means: number[] = [];
  for (let draw = 0; draw < resamples; draw++) {
    let [sum, count] = [0, 0];
    for (let n = 0; n < documents; n++) {
      const document = Math.floor(random() * documents);
      sum += sums[document]!;
      count += counts[document]!;
    }
    if (count > 0) means.push(sum / count);
  }
  return percentiles(means);
}

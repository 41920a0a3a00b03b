/** What text that needed a removed token costs without it, on held-out and on general text, before any new token comes in its place. */
import type { Tokenizer } from '../../tokenizer/index';
import { spelledTokensOf } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import { breathe } from '../../breathe';
import { countedBytes, type CorpusText } from '../open/corpusText';
import { countedDocuments, utf8Bytes } from '../scoring/evaluate';
import type { RemovalPrice, RemovedToken } from './vocabularySummary';

interface Measured {
  readonly price: RemovalPrice;
  /** By id of a removed token, how often it stood there, and around where first. */
  readonly found: ReadonlyMap<number, { readonly times: number; readonly example: string }>;
}

/** Removed tokens that are listed; those that are used, the most used first, and then the others. */
const listed = 200;

export async function removalPrice(
  before: Tokenizer,
  without: Tokenizer,
  removed: readonly number[],
  corpus: Pick<CorpusText, 'heldOut' | 'general'>,
  signal?: AbortSignal,
): Promise<{
  readonly heldOut: RemovalPrice;
  readonly general: RemovalPrice;
  readonly tokens: readonly RemovedToken[];
}> {
  const gone = new Set(removed);
  const heldOut = await measured(before, without, gone, corpus.heldOut, signal);
  const general = await measured(before, without, gone, corpus.general, signal);
  const timesOf = (id: number) => (heldOut.found.get(id)?.times ?? 0) + (general.found.get(id)?.times ?? 0);
  const shown = removed.toSorted((a, b) => timesOf(b) - timesOf(a)).slice(0, listed);
  const tokens = shown.map((id): RemovedToken => {
    const example = heldOut.found.get(id)?.example ?? general.found.get(id)?.example;
    const text = before.tokenText(id);
    return { id, text, times: timesOf(id), ...(example === undefined ? {} : { example }) };
  });
  return { heldOut: heldOut.price, general: general.price, tokens };
}

const breathEvery = 20;
/** UTF-16 units on either side of an example. */
const around = 16;

async function measured(
  before: Tokenizer,
  without: Tokenizer,
  gone: ReadonlySet<number>,
  documents: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Measured> {
  const found = new Map<number, { times: number; example: string }>();
  let [bytes, finerBytes, tokensBefore, tokensAfter] = [0, 0, 0, 0];
  let breathed = performance.now();
  for (const text of countedDocuments(documents, countedBytes)) {
    bytes += utf8Bytes(text);
    const old = before.encode(text);
    tokensBefore += spelledTokensOf(text, old);
    tokensAfter += spelledTokensOf(text, without.encode(text));
    for (let at = 0; at < old.ids.length; at++) {
      const id = old.ids[at]!;
      if (!gone.has(id)) continue;
      const [start, end] = [old.starts[at]!, old.ends[at]!];
      finerBytes += utf8Bytes(text.slice(start, end));
      const known = found.get(id);
      if (known) known.times++;
      else found.set(id, { times: 1, example: text.slice(Math.max(0, start - around), end + around) });
    }
    if (performance.now() - breathed < breathEvery) continue;
    await breathe();
    breathed = performance.now();
    throwIfCancelled(signal);
  }
  return { price: { bytes, finerBytes, tokensBefore, tokensAfter }, found };
}

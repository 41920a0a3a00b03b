/**
 * How firmly the verdict stands: the same rule over redrawn held-out documents, with every mark moved at random, because
 * the marks are rules of thumb. The share of draws that end at the same verdict. It says nothing of what training will
 * show; the pilot and the comparison do.
 */
import { seededRandom, type Random } from '../../random';
import type { Diagnosis, Verdict } from './diagnosis';
import { verdictOf, type DiagnosisCounts } from './signals';
import { thresholds, type Thresholds } from './thresholds';

/** Held-out documents one by one. */
export interface DocumentCounts {
  readonly bytes: readonly number[];
  readonly tokensBefore: readonly number[];
  readonly tokensAfter: readonly number[];
  readonly lostBefore: readonly number[];
  readonly lostAfter: readonly number[];
}

const draws = 400;
const seed = 20260103;
/** Fewer held-out documents than this say little of others, however alike they are: the confidence falls with them. */
const enoughDocuments = 5;
/** Marks are multiplied by up to this, or divided. */
const markFactor = 1.25;

export function verdictConfidence(
  counts: DiagnosisCounts,
  documents: DocumentCounts,
  exposures: readonly number[],
): Pick<Diagnosis, 'verdict' | 'confidence' | 'resampled'> {
  const holds = (marks: Thresholds) => exposures.some((exposure) => exposure >= marks.exposure[0]);
  const verdict = verdictOf(counts, holds(thresholds));
  const random = seededRandom(seed);
  const found = new Map<Verdict, number>();
  for (let draw = 0; draw < draws; draw++) {
    const marks = movedMarks(random);
    const redrawn = { ...counts, heldOut: redraw(documents, random) };
    const drawn = verdictOf(redrawn, holds(marks), marks);
    found.set(drawn, (found.get(drawn) ?? 0) + 1);
  }
  const same = (found.get(verdict) ?? 0) / draws;
  const [otherwise = null] = [...found].filter(([other]) => other !== verdict).sort((a, b) => b[1] - a[1])[0] ?? [];
  return {
    verdict,
    confidence: same * Math.min(1, documents.bytes.length / enoughDocuments),
    resampled: { same, otherwise },
  };
}

function redraw(documents: DocumentCounts, random: Random): DiagnosisCounts['heldOut'] {
  const { bytes, tokensBefore, tokensAfter, lostBefore, lostAfter } = documents;
  const sums = { bytes: 0, tokensBefore: 0, tokensAfter: 0, lostBefore: 0, lostAfter: 0 };
  for (let n = 0; n < bytes.length; n++) {
    const document = Math.floor(random() * bytes.length);
    sums.bytes += bytes[document]!;
    sums.tokensBefore += tokensBefore[document]!;
    sums.tokensAfter += tokensAfter[document]!;
    sums.lostBefore += lostBefore[document]!;
    sums.lostAfter += lostAfter[document]!;
  }
  return sums;
}

function movedMarks(random: Random): Thresholds {
  const moved = (mark: number) => mark * markFactor ** (2 * random() - 1);
  const [floor, good, best] = thresholds.exposure;
  const [coverage, decides] = thresholds.lostText;
  return {
    ...thresholds,
    lostText: [coverage, moved(decides)],
    compression: moved(thresholds.compression),
    fragmentationNone: moved(thresholds.fragmentationNone),
    exposure: [moved(floor), good, best],
    boundaries: moved(thresholds.boundaries),
  };
}

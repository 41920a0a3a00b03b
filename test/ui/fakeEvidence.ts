/** Evidence as the fake lab gives it: advantage rises with exposures through zero near 110, rarer tokens lower on the list. */
import { LabError } from '../../src/error';
import { cheaperFrom, type AdvantageCourse } from '../../src/lab/evidence/advantageCourse';
import { crossing, median, runningMedian } from '../../src/lab/evidence/exposuresNeeded';
import { withoutStarved } from '../../src/lab/evidence/pruneStarved';
import { parseSpec, writtenSpec } from '../../src/lab/index';
import { seededRandom } from '../../src/random';
import type { LabApi, NewToken, TokenEvidence, TokensEvidence, WrittenSpec } from '../../src/worker/index';
import { fakeHarm } from './fakeHarm';
import type { counting } from './fakeWaiting';

type EvidenceCalls = Pick<LabApi, 'harm' | 'tokensEvidence' | 'tokenNeighbours' | 'pruneStarved'>;

/** @param newTokens of the arm that is held. Throws where none is. */
export function fakeEvidence(count: ReturnType<typeof counting>, newTokens: () => readonly NewToken[]): EvidenceCalls {
  const looked = new Set<unknown>();
  const once = async (question: string, look: () => Promise<void>): Promise<void> => {
    const asked =
      question +
      newTokens()
        .map(({ text }) => text)
        .join('\n');
    if (!looked.has(asked)) await look();
    looked.add(asked);
  };
  return {
    async tokensEvidence(onProgress, signal) {
      const tokens = newTokens();
      if (tokens.length === 0) {
        throw new LabError('lab/no-new-tokens', 'There are no new tokens here to look at.', 'Take another arm.');
      }
      await once('evidence', () => count('measuring', 8 * tokens.length, onProgress, signal));
      return evidence(tokens);
    },
    async harm(onProgress, signal) {
      await once('harm', () => count('evaluating', 64, onProgress, signal));
      return fakeHarm(newTokens());
    },
    tokenNeighbours: async (id) => {
      const near = (from: number) =>
        newTokens()
          .filter((token) => token.id !== id)
          .slice(from, from + 4)
          .map(({ id: other, text }, at) => ({ id: other, text, cosine: 0.8 - at / 10, isNew: true }));
      return [{ id, side: 'input', start: near(0), now: near(2) }];
    },
    async pruneStarved(spec, arm, tokens, floor) {
      const { name, spec: grown } = withoutStarved(parseSpec(spec), arm, tokens, floor);
      return { name, spec: writtenSpec(grown) as WrittenSpec };
    },
  };
}

/** UTF-8 bytes of text at each point of the course. */
const courseBytes = [0, 8_000, 16_000, 24_000, 32_000, 40_000];

function evidence(newTokens: readonly NewToken[]): TokensEvidence {
  const random = seededRandom(4);
  const tokens = newTokens.map(({ id, text, pieces }, rank): TokenEvidence => {
    const exposures = Math.round(1200 / (1 + rank / 8) ** 1.3);
    const advantage = 0.7 * Math.log((exposures + 1) / 110) + random() - 0.5;
    const loss = Math.max(0.4, 4 - 0.5 * Math.log(exposures + 1));
    const places = [1, 0.5, 0.2, -0.1, -0.4, -0.9].map((more) => ({
      ...{ before: 'CC(=O)Oc1cc', after: 'C(=O)N', loss, probability: Math.exp(-loss), rank: 1 + (rank % 5) },
      ...{ leak: more < 0 ? 'C' : null, advantage: advantage + more },
    }));
    return {
      ...{ id, text, piece: text, pieces, exposures, firstLoss: 8.1, loss, places, occurrences: exposures },
      course: courseBytes.map((read) => advantage + 3 * Math.exp(-read / 9000) * (rank % 3 === 0 ? 1 : -1)),
      curve: Array.from({ length: 12 }, (_, at) => loss + (8 - loss) * Math.exp(-at / 3)),
      measured: { loss, advantage, rank: 1 + (rank % 5), probability: Math.exp(-loss), leakage: (rank % 7) / 14 },
      norm: { input: 0.7 + random() / 2 },
      indicators: rank % 40 === 39 ? ['output-row-near-mean'] : [],
    };
  });
  const points = tokens.map(({ exposures, measured }) => ({ exposures: exposures!, advantage: measured!.advantage! }));
  const advantages = points.map(({ advantage }) => advantage);
  return {
    control: 'old vocabulary',
    course: courseOf(tokens.map(({ course }) => course!)),
    text: { documents: 2811, bytes: 148_213 },
    ...{ window: 128, placesEach: 8, tokens },
    summary: {
      ...{ tokens: tokens.length, measured: tokens.length, priced: tokens.length, counted: tokens.length, floor: 100 },
      cheaper: advantages.filter((each) => each > 0).length,
      medianAdvantage: median(advantages),
      crossing: crossing(points),
      runningMedian: runningMedian(points),
      starved: points.filter(({ exposures }) => exposures < 100).length,
      effectiveRank: { rank: tokens.length / 2, most: tokens.length, rows: tokens.length },
      underTrained: tokens.filter(({ indicators }) => indicators.length > 0).length,
    },
  };
}

function courseOf(courses: readonly (readonly number[])[]): AdvantageCourse {
  const medians = courseBytes.map((_, point) => median(courses.map((course) => course[point]!))!);
  return {
    bytes: courseBytes,
    median: medians,
    cheaper: courseBytes.map((_, point) => courses.filter((course) => course[point]! > 0).length),
    priced: courses.length,
    from: cheaperFrom(courseBytes, medians),
  };
}

/**
 * General text read between that of the corpus, against forgetting. Replay is a share of a stage's bytes, in place of the corpus's, so
 * that arms with and without it read equally much. What is replayed is never scored: of the general text, passages that the
 * evaluation takes are left out.
 */
import { utf8Length } from '../../corpus/index';
import { LabError } from '../../error';
import { sampledDocuments, type SampleOrder } from '../scoring/evaluate';
import { readBy } from './objectives/index';
import type { Stage } from './recipe';
import { firstBytes, readingOrder } from './trainingText';

type Read = Partial<Pick<Stage, 'replay' | 'objective'>>;

/** Share of a stage's bytes that are the corpus's. */
export const ownShare = ({ replay = 0, ...stage }: Read): number => (readBy(stage) === 'text' ? 1 - replay : 0);

/** The same of several stages together; of none all. */
export function ownShareOf(stages: readonly (Read & Partial<Pick<Stage, 'share'>>)[]): number {
  const all = stages.reduce((sum, { share = 1 }) => sum + share, 0);
  const own = stages.reduce((sum, { share = 1, ...stage }) => sum + share * ownShare(stage), 0);
  return all === 0 ? 1 : own / all;
}

export interface GeneralText {
  readonly general: readonly string[];
  /** Bytes of it that are scored, and which. */
  readonly evaluation: { readonly generalBytes: number; readonly sample: SampleOrder };
}

/** General passages that are not scored, in the seed's order, again from the start where they end. Throws `lab/no-replay-text`. */
export function replayedPassages({ general, evaluation }: GeneralText, seed: number): Iterator<string, never> {
  const { generalBytes, sample } = evaluation;
  const scored = new Set(sampledDocuments(general, generalBytes, sample));
  const rest = general.filter((text) => text !== '' && !scored.has(text));
  if (rest.length > 0) return readingOrder(rest, seed);
  throw new LabError(
    'lab/no-replay-text',
    `All ${scored.size} passages of the general text are scored, so that none is left to be replayed.`,
    'Score fewer bytes of general text (`evaluation.generalBytes`), give more of it, or leave `replay` out.',
    { passages: general.length, generalBytes },
  );
}

/** Texts with passages between them, evenly, until `replay` of all bytes are theirs; the last is cut at a character. */
export function withReplay(texts: readonly string[], replay: number, passages: Iterator<string, never>): string[] {
  const perByte = replay / (1 - replay);
  const mixed: string[] = [];
  let own = 0;
  const whole = Math.round(texts.reduce((sum, text) => sum + utf8Length(text), 0) * perByte);
  let left = whole;
  for (const [at, text] of texts.entries()) {
    mixed.push(text);
    own += utf8Length(text);
    const due = at === texts.length - 1 ? whole : own * perByte;
    while (left > 0 && whole - left < due) {
      const passage = passages.next().value;
      const cut = utf8Length(passage) <= left ? passage : firstBytes(passage, left);
      if (cut !== '') mixed.push(cut);
      left -= cut === passage ? utf8Length(cut) : left;
    }
  }
  return mixed;
}

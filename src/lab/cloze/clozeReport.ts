/** Questions as an arm answered them, as plain values, and what they say: the share that is right, and differences to the control. */
import { pairedShareDifference, shareOf, type Share, type ShareDifference } from '../scoring/shares';
import type { ClozeQuestion } from './clozeSet';

/** The same questions for every arm. */
export interface ClozeRun {
  readonly seed: number;
  readonly questions: readonly ClozeQuestion[];
  /** Of each question, the nats of the passage with each choice. */
  readonly nats: readonly (readonly number[])[];
}

export interface ClozeArm {
  readonly arm: string;
  readonly seed: number;
  readonly right: Share;
  /** Of the questions that are shown, the choice that it finds likeliest; null where two are equally likely. */
  readonly chosen: readonly (number | null)[];
}

export interface ClozeDifference {
  readonly arm: string;
  readonly against: string;
  readonly seed: number;
  /** Arm minus control, of the same questions. */
  readonly right: ShareDifference;
}

export interface ClozeReport {
  readonly seed: number;
  readonly questions: number;
  /** What a guess has right. */
  readonly chance: number;
  /** The first of them. */
  readonly shown: readonly ClozeQuestion[];
  readonly arms: readonly ClozeArm[];
  readonly differences: readonly ClozeDifference[];
}

const shownQuestions = 8;

export interface AskedRun {
  readonly arm: string;
  readonly seed: number;
  readonly cloze: ClozeRun;
}

/** Null where nothing was asked. Runs that were asked otherwise than the last one are left out: they cannot be compared. */
export function clozeReport(runs: readonly AskedRun[], controlOf: (arm: string) => string | null): ClozeReport | null {
  const last = runs.at(-1)?.cloze;
  if (!last) return null;
  const asked = JSON.stringify(last.questions);
  const alike = runs.filter(({ cloze }) => JSON.stringify(cloze.questions) === asked);
  const answers = alike.map(({ arm, seed, cloze }) => {
    const chosen = cloze.nats.map(likeliest);
    return { arm, seed, chosen, isRight: chosen.map((choice, index) => choice === cloze.questions[index]!.right) };
  });
  const differences = answers.flatMap(({ arm, seed, isRight }): ClozeDifference[] => {
    const control = answers.find((other) => other.arm === controlOf(arm) && other.seed === seed);
    if (!control) return [];
    return [{ arm, against: control.arm, seed, right: pairedShareDifference(isRight, control.isRight)! }];
  });
  const { questions, seed } = last;
  return {
    ...{ seed, questions: questions.length, chance: 1 / questions[0]!.choices.length },
    shown: questions.slice(0, shownQuestions),
    arms: answers.map(({ arm, seed: ofRun, chosen, isRight }) => ({
      ...{ arm, seed: ofRun },
      right: shareOf(isRight.filter(Boolean).length, isRight.length),
      chosen: chosen.slice(0, shownQuestions),
    })),
    differences,
  };
}

function likeliest(nats: readonly number[]): number | null {
  const least = Math.min(...nats);
  return nats.indexOf(least) === nats.lastIndexOf(least) ? nats.indexOf(least) : null;
}

/**
 * The steps and the pages beside them, a row each: what it is called, its element and when that is loaded, and what the rail says
 * of it. A new one is its name in state/route.ts, which is its address, and a row here; the compiler says where one is missing.
 */
import { msg, str } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { count, fileSize, percent, plain } from './format';
import type { LabState } from './state/lab-state';
import type { PageName, PlaceName, StepName } from './state/route';
import { valueOf } from './state/slot';
import type { SlotName } from './state/slot-store';
import { verdictShort } from './wording/experiment';
import { trainShort } from './wording/train';
import { comparisonShort, verdictName } from './wording/verdicts';

interface Place {
  readonly name: () => string;
  readonly load: () => Promise<unknown>;
  readonly element: () => TemplateResult;
}

interface Step extends Place {
  /** What it stands for, until there is an answer. */
  readonly question: () => string;
  /** Null while it has none. */
  readonly answer: (lab: LabState) => string | null;
  /** What answers it: it works while this is pending, and is done when it is ready, where nothing else says so. */
  readonly slot?: SlotName;
  readonly isDone?: (lab: LabState) => boolean;
  readonly isWorking?: (lab: LabState) => boolean;
}

const steps: Readonly<Record<StepName, Step>> = {
  model: {
    name: () => msg('Model'),
    // With the first load: app.ts.
    load: () => Promise.resolve(),
    element: () => html`<tg-step-model></tg-step-model>`,
    question: () => msg('Which model?'),
    slot: 'model',
    answer: ({ slots }) => valueOf(slots.model)?.name ?? null,
  },
  corpus: {
    name: () => msg('Corpus'),
    load: () => import('./steps/corpus'),
    element: () => html`<tg-step-corpus></tg-step-corpus>`,
    question: () => msg('Your texts'),
    slot: 'corpus',
    answer: ({ slots }) => {
      const corpus = valueOf(slots.corpus);
      return corpus ? plain(fileSize(corpus.trainBytes + corpus.heldOutBytes)) : null;
    },
  },
  diagnose: {
    name: () => msg('Diagnose'),
    load: () => import('./steps/diagnose'),
    element: () => html`<tg-step-diagnose></tg-step-diagnose>`,
    question: () => msg('Does it need tokens?'),
    slot: 'diagnosis',
    answer: ({ slots }) => {
      const diagnosis = valueOf(slots.diagnosis);
      return diagnosis ? verdictName(diagnosis.verdict) : null;
    },
  },
  vocabulary: {
    name: () => msg('Vocabulary'),
    load: () => import('./steps/vocabulary'),
    element: () => html`<tg-step-vocabulary></tg-step-vocabulary>`,
    question: () => msg('Which tokens?'),
    slot: 'vocabulary',
    answer: ({ slots }) => {
      const vocabulary = valueOf(slots.vocabulary);
      return vocabulary ? msg(str`${count(vocabulary.newTokens.length)} new tokens`) : null;
    },
  },
  train: {
    name: () => msg('Train'),
    load: () => import('./steps/train'),
    element: () => html`<tg-step-train .answerOf=${stepAnswer}></tg-step-train>`,
    question: () => msg('With the control beside them'),
    answer: trainShort,
    isDone: ({ experiment, slots }) => experiment?.state === 'finished' || slots.comparison.status === 'ready',
    isWorking: ({ isTraining }) => isTraining,
  },
  compare: {
    name: () => msg('Compare'),
    load: () => import('./steps/compare'),
    element: () => html`<tg-step-compare></tg-step-compare>`,
    question: () => msg('Against the old vocabulary'),
    slot: 'comparison',
    answer: ({ experiment, slots }) => {
      const comparison = valueOf(slots.comparison);
      const verdict = experiment?.report ? verdictShort(experiment.report) : null;
      return verdict ?? (comparison ? comparisonShort(comparison) : null);
    },
    isDone: ({ hasVerdict, slots }) => hasVerdict || slots.comparison.status === 'ready',
  },
  try: {
    name: () => msg('Try'),
    load: () => import('./steps/try'),
    element: () => html`<tg-step-try></tg-step-try>`,
    question: () => msg('Side by side'),
    answer: ({ tried }) =>
      tried?.tokens && tried.tokens.base > 0
        ? msg(str`${percent(1 - tried.tokens.grafted / tried.tokens.base, 0)} fewer tokens`)
        : null,
    isDone: ({ tried }) => tried !== null,
  },
  download: {
    name: () => msg('Download'),
    load: () => import('./steps/download'),
    element: () => html`<tg-step-download></tg-step-download>`,
    question: () => msg('A standard checkpoint'),
    slot: 'exported',
    answer: ({ slots }) => {
      const exported = valueOf(slots.exported);
      if (!exported) return null;
      return exported.report.verification.passed ? msg('Files agree') : msg('Files do not agree');
    },
    isDone: ({ slots }) => valueOf(slots.exported)?.report.verification.passed ?? false,
  },
};

const pages: Readonly<Record<PageName, Place>> = {
  tokens: {
    name: () => msg('Tokens'),
    load: () => import('./pages/tokens'),
    element: () => html`<tg-page-tokens></tg-page-tokens>`,
  },
  runs: {
    name: () => msg('Runs'),
    load: () => import('./pages/runs'),
    element: () => html`<tg-page-runs></tg-page-runs>`,
  },
  report: {
    name: () => msg('Report'),
    load: () => import('./pages/report'),
    element: () => html`<tg-page-report></tg-page-report>`,
  },
};

export const places: Readonly<Record<PlaceName, Place>> = { ...steps, ...pages };

/** What a step says once it was begun; null while it has only its question. */
function stepAnswer(name: StepName, lab: LabState): string | null {
  const { slot, answer } = steps[name];
  const status = slot && lab.slots[slot].status;
  return answer(lab) ?? (status === 'pending' ? msg('working…') : status === 'failed' ? msg('failed') : null);
}

/** How the rail draws a step. */
export interface StepState {
  readonly kind: 'done' | 'run' | 'todo';
  /** Its answer, else its question. */
  readonly said: string;
  readonly isAnswer: boolean;
}

export function stepState(name: StepName, lab: LabState): StepState {
  const answer = stepAnswer(name, lab);
  return { kind: kindOf(steps[name], lab), said: answer ?? steps[name].question(), isAnswer: answer !== null };
}

function kindOf({ slot, isDone, isWorking }: Step, lab: LabState): StepState['kind'] {
  const status = slot && lab.slots[slot].status;
  if (isWorking?.(lab)) return 'run';
  if (isDone ? isDone(lab) : status === 'ready') return 'done';
  return status === 'pending' ? 'run' : 'todo';
}

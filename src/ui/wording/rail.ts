/** Rail words: a step's name, the question it stands for, and its verdict once it has one. */
import { msg, str } from '@lit/localize';
import { count, fileSize, percent, plain } from '../format';
import type { LabState } from '../state/lab-state';
import type { StepName } from '../state/route';
import { valueOf } from '../state/slot';
import { verdictShort } from './experiment';
import { comparisonShort, verdictName } from './verdicts';

export function stepName(step: StepName): string {
  const names: Record<StepName, () => string> = {
    model: () => msg('Model'),
    corpus: () => msg('Corpus'),
    diagnose: () => msg('Diagnose'),
    vocabulary: () => msg('Vocabulary'),
    train: () => msg('Train'),
    compare: () => msg('Compare'),
    try: () => msg('Try'),
    download: () => msg('Download'),
  };
  return names[step]();
}

export function stepQuestion(step: StepName): string {
  const questions: Record<StepName, () => string> = {
    model: () => msg('Which model?'),
    corpus: () => msg('Your texts'),
    diagnose: () => msg('Does it need tokens?'),
    vocabulary: () => msg('Which tokens?'),
    train: () => msg('With the control beside them'),
    compare: () => msg('Against the old vocabulary'),
    try: () => msg('Side by side'),
    download: () => msg('A standard checkpoint'),
  };
  return questions[step]();
}

/** What the rail says under a step; null while it has nothing to say but its question. */
export function stepVerdict(step: StepName, lab: LabState): string | null {
  const { slots } = lab;
  const { corpus, diagnosis, model, vocabulary, comparison, exported } = slots;
  const pending = (slot: { status: string }) => (slot.status === 'pending' ? msg('working…') : null);
  const failed = (slot: { status: string }) => (slot.status === 'failed' ? msg('failed') : null);
  switch (step) {
    case 'model':
      return valueOf(model)?.name ?? pending(model) ?? failed(model);
    case 'corpus': {
      const found = valueOf(corpus);
      return found ? plain(fileSize(found.trainBytes + found.heldOutBytes)) : (pending(corpus) ?? failed(corpus));
    }
    case 'diagnose': {
      const found = valueOf(diagnosis);
      return found ? verdictName(found.verdict) : (pending(diagnosis) ?? failed(diagnosis));
    }
    case 'vocabulary': {
      const found = valueOf(vocabulary);
      return found
        ? msg(str`${count(found.newTokens.length)} new tokens`)
        : (pending(vocabulary) ?? failed(vocabulary));
    }
    case 'train':
      return trainShort(lab);
    case 'compare': {
      const report = lab.experiment?.report;
      const said = report ? verdictShort(report) : null;
      const found = valueOf(comparison);
      return said ?? (found ? comparisonShort(found) : (pending(comparison) ?? failed(comparison)));
    }
    case 'try':
      return lab.tried?.tokens && lab.tried.tokens.base > 0
        ? msg(str`${percent(1 - lab.tried.tokens.grafted / lab.tried.tokens.base, 0)} fewer tokens`)
        : null;
    case 'download': {
      const found = valueOf(exported);
      if (!found) return pending(exported) ?? failed(exported);
      return found.report.verification.passed ? msg('Files agree') : msg('Files do not agree');
    }
  }
}

function trainShort(lab: LabState): string | null {
  const view = lab.experiment;
  if (!view) {
    if (lab.slots.engine.status === 'ready' && !lab.slots.engine.value.available) return msg('Blocked: wrong numbers');
    return lab.slots.vocabulary.status === 'ready' ? msg('Ready to start') : null;
  }
  const share = percent(view.share, 0);
  switch (view.state) {
    case 'running':
      return view.current ? share : msg('Preparing');
    case 'paused':
      return msg(str`Paused at ${share}`);
    case 'failed':
      return msg('failed');
    case 'stopped':
      return msg(str`Stopped at ${share}`);
    case 'finished':
      return msg('Finished');
  }
}

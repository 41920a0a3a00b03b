/** The verbs: each takes the command line's values, runs steps of the lab, and answers with a value and a text. */
import type { Answer } from './answer';
import type { Command, Verb } from './arguments';
import { applyVerb } from './verbs/apply';
import { compareVerb } from './verbs/compare';
import { corpusVerb } from './verbs/lookAtCorpus';
import { diagnoseVerb } from './verbs/diagnose';
import { evalVerb } from './verbs/eval';
import { expandVerb } from './verbs/expand';
import { exportVerb } from './verbs/export';
import { generateVerb } from './verbs/generate';
import { cachedVerb } from './verbs/hub';
import { inspectVerb } from './verbs/inspect';
import { logitsVerb } from './verbs/logits';
import { profileVerb } from './verbs/profile';
import { reportVerb, runVerb } from './verbs/run';
import { tokenizeVerb } from './verbs/tokenize';
import { trainVerb } from './verbs/train';

export const verbs: Readonly<Record<Verb, (command: Command) => Promise<Answer>>> = {
  inspect: inspectVerb,
  tokenize: tokenizeVerb,
  corpus: corpusVerb,
  logits: logitsVerb,
  eval: evalVerb,
  diagnose: diagnoseVerb,
  expand: expandVerb,
  train: trainVerb,
  run: runVerb,
  report: reportVerb,
  profile: profileVerb,
  export: exportVerb,
  apply: applyVerb,
  compare: compareVerb,
  generate: generateVerb,
  cached: cachedVerb,
};

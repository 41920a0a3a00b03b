/**
 * The verbs: each takes the command line's values, runs steps of the lab, and answers with a value and a text. Each is loaded when
 * it is called, since most of a short command's time is the loading of modules.
 */
import type { Answer } from './answer';
import type { Command } from './arguments';
import type { Verb } from './verbTable';

/** Runs a command's verb. */
export async function answerTo(command: Command): Promise<Answer> {
  const run = await verbs[command.verb as Verb]();
  return run(command);
}

const verbs: Readonly<Record<Verb, () => Promise<(command: Command) => Promise<Answer>>>> = {
  inspect: async () => (await import('./verbs/inspect')).inspectVerb,
  tokenize: async () => (await import('./verbs/tokenize')).tokenizeVerb,
  corpus: async () => (await import('./verbs/lookAtCorpus')).corpusVerb,
  logits: async () => (await import('./verbs/logits')).logitsVerb,
  eval: async () => (await import('./verbs/eval')).evalVerb,
  diagnose: async () => (await import('./verbs/diagnose')).diagnoseVerb,
  expand: async () => (await import('./verbs/expand')).expandVerb,
  train: async () => (await import('./verbs/train')).trainVerb,
  run: async () => (await import('./verbs/run')).runVerb,
  report: async () => (await import('./verbs/run')).reportVerb,
  profile: async () => (await import('./verbs/profile')).profileVerb,
  export: async () => (await import('./verbs/export')).exportVerb,
  apply: async () => (await import('./verbs/apply')).applyVerb,
  tokens: async () => (await import('./verbs/tokens')).tokensVerb,
  harm: async () => (await import('./verbs/harm')).harmVerb,
  sample: async () => (await import('./verbs/sample')).sampleVerb,
  ask: async () => (await import('./verbs/ask')).askVerb,
  compare: async () => (await import('./verbs/compare')).compareVerb,
  generate: async () => (await import('./verbs/generate')).generateVerb,
  cached: async () => (await import('./verbs/hub')).cachedVerb,
};

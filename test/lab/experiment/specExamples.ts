/** Specifications, right ones and wrong ones, each with the field that is named. */

/** The issue's own, as it stands there. */
export const example = `{"version": 2, "name": "Do molecules deserve tokens of their own?", "model": "bundled", "corpus": {"sample": "molecules"},
 "budget": {"bytes": 40000}, "seeds": [1, 2], "evaluation": {"bytes": 8192},
 "arms": {
  "base": {},
  "old vocabulary": {"stages": [{"moves": {"everything": 0.003}}]},
  "continued": {"vocabulary": {"method": "continued", "newTokens": 128}, "start": "subword-mean", "stages": [{"moves": {"everything": 0.003}}]}}}`;

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export function exampleValue(): JsonObject {
  return JSON.parse(example) as JsonObject;
}

/** The example with a value put at a path; undefined takes the field away. */
export function changed(path: readonly (string | number)[], value: Json | undefined): JsonObject {
  const spec = exampleValue();
  let at = spec as Record<string | number, Json>;
  for (const part of path.slice(0, -1)) at = at[part] as Record<string | number, Json>;
  const last = path.at(-1)!;
  if (value === undefined && Array.isArray(at)) at.splice(last as number, 1);
  else if (value === undefined) Reflect.deleteProperty(at, last);
  else Object.defineProperty(at, last, { value, enumerable: true, configurable: true, writable: true });
  return spec;
}

const stage = ['arms', 'old vocabulary', 'stages', 0];
const arm = (...field: string[]) => ['arms', 'old vocabulary', ...field];
const withAdapters = (moves: JsonObject): JsonObject => ({ adapters: {}, stages: [{ moves }] });
const vocabulary = ['arms', 'continued', 'vocabulary'];

interface Wrong {
  readonly about: string;
  readonly spec: Json;
  /** Field that the refusal names. */
  readonly path: string;
  readonly expected: RegExp;
  /** What a JSON schema cannot say, or says otherwise. */
  readonly beyondSchema?: true;
}

const at = (
  path: readonly (string | number)[],
  value: Json | undefined,
  named: string,
  expected: RegExp,
  beyondSchema?: true,
): Wrong => ({
  about: `${path.join('.')} ${JSON.stringify(value)?.slice(0, 40)}`,
  spec: changed(path, value),
  path: named,
  expected,
  ...(beyondSchema ? { beyondSchema } : {}),
});

const ofStage = 'arms["old vocabulary"].stages[0]';

export const wrongSpecs: readonly Wrong[] = [
  { about: 'null', spec: null, path: '', expected: /is null; expected is an object/ },
  { about: 'a list', spec: [], path: '', expected: /expected is an object/ },
  at(['version'], 1, 'version', /is 1; expected is 2/),
  at(['version'], undefined, 'version', /is missing; expected is 2/),
  at(['name'], '', 'name', /text of at most 200/),
  at(['name'], 7, 'name', /is 7; expected is text/),
  at(['speed'], 'fast', 'speed', /is no field here; there are version, name, model/),
  at(['__proto__'], {}, '__proto__', /is no field here/),
  at(['constructor'], {}, 'constructor', /is no field here/),
  at(['model'], 3, 'model', /is 3; expected is text, or an object/),
  at(['model'], { path: 'x' }, 'model.name', /is missing/),
  at(['corpus'], {}, 'corpus', /one of `sample`, `path`/, true),
  at(['corpus'], { sample: 'molecules', path: 'a.txt' }, 'corpus', /one of `sample`, `path`/, true),
  at(['corpus'], 'molecules', 'corpus', /expected is an object/),
  at(['corpus', 'documents'], 'poem', 'corpus.documents', /is "poem"; expected is one of/),
  at(['general'], { file: 'x' }, 'general.file', /is no field here; there are path, fingerprint/),
  at(['budget'], {}, 'budget', /either `bytes` of training text or `flops`/, true),
  at(['budget'], { bytes: 1, flops: 2 }, 'budget', /not both/, true),
  at(['budget', 'bytes'], 0, 'budget.bytes', /whole number at least 1/),
  at(['budget', 'bytes'], 1.5, 'budget.bytes', /whole number/),
  at(['budget', 'bytes'], 1e300, 'budget.bytes', /at most 10000000000/),
  at(['budget', 'bytes'], '40000', 'budget.bytes', /is "40000"; expected is a whole number/),
  at(['budget', 'steps'], 60, 'budget.steps', /is no field here; there are bytes, flops/),
  at(['budget'], { flops: -1 }, 'budget.flops', /above 0/),
  at(['budget'], { flops: 1e308 }, 'budget.flops', /at most 1e\+21/),
  at(['seeds'], [], 'seeds', /a list of at least 1/),
  at(['seeds'], 1, 'seeds', /a list/),
  at(['seeds'], [1, -1], 'seeds[1]', /at least 0/),
  at(['seeds'], [1, 2, 1], 'seeds', /names a seed twice/, true),
  at(['seeds'], [2 ** 32], 'seeds[0]', /at most 4294967295/),
  at(['evaluation', 'margin'], 2, 'evaluation.margin', /at most 1/),
  at(['evaluation', 'points'], 0, 'evaluation.points', /at least 1/),
  at(['evaluation', 'seeds'], 3, 'evaluation.seeds', /is no field here/),
  at(['prediction'], { verdict: 'yes' }, 'prediction.verdict', /is "yes"; expected is one of expand/),
  at(['arms'], {}, 'arms', /is empty; expected is at least one by name/),
  at(['arms'], [], 'arms', /expected is an object/),
  at(['arms'], undefined, 'arms', /is missing/),
  at(['arms', 'base'], null, 'arms.base', /expected is an object/),
  at(['arms', 'Base!'], {}, 'arms["Base!"]', /share its folder `base` with the arm "base"/, true),
  at(['arms', '---'], {}, 'arms["---"]', /a letter or digit/, true),
  at(['arms', ''], {}, 'arms[""]', /1 to 80 characters/),
  at(['arms', 'a'.repeat(81)], {}, `arms.${'a'.repeat(81)}`, /1 to 80 characters/),
  at(['arms', 'two\nlines'], 5, 'arms["two\\nlines"]', /a name of one line/),
  at(['arms', '__proto__'], { stage: [] }, 'arms.__proto__.stage', /is no field here; there are vocabulary/),
  at(['arms', 'base', 'start'], 'subword-mean', 'arms.base.start', /no `vocabulary`/, true),
  at(['arms', 'continued', 'start'], 'best', 'arms.continued.start', /is "best"; expected is one of subword-mean/),
  at(['arms', 'continued', 'start'], { input: 'zero' }, 'arms.continued.start.output', /is missing/),
  at([...vocabulary, 'method'], 'unigram', 'arms.continued.vocabulary.method', /one of continued, independent/),
  at([...vocabulary, 'newTokens'], undefined, 'arms.continued.vocabulary.newTokens', /is missing/, true),
  at([...vocabulary, 'newTokens'], 300_000, 'arms.continued.vocabulary.newTokens', /at most 262144/),
  at([...vocabulary, 'newTokens'], 0, 'arms.continued.vocabulary.newTokens', /at least 1/),
  at([...vocabulary, 'grammar'], 'smiles', 'arms.continued.vocabulary.grammar', /belongs to.*`atomic`/, true),
  at([...vocabulary, 'added'], [''], 'arms.continued.vocabulary.added[0]', /text/),
  at([...vocabulary, 'rules'], { minFrequency: 0 }, 'arms.continued.vocabulary.rules.minFrequency', /at least 1/),
  at([...stage, 'moves'], {}, `${ofStage}.moves`, /is empty; expected is one of everything/),
  at([...stage, 'moves'], undefined, `${ofStage}.moves`, /is missing/),
  at([...stage, 'moves'], { everything: 0 }, `${ofStage}.moves.everything`, /above 0 and at most 10/),
  at([...stage, 'moves'], { everything: true }, `${ofStage}.moves.everything`, /is true; expected is a number/),
  at([...stage, 'moves'], { head: 0.1 }, `${ofStage}.moves.head`, /is no field here; there are everything, newRows/),
  at([...stage, 'objective'], 'unlikelihood', `${ofStage}.objective`, /expected is one of next-token, distillation/),
  at([...stage, 'objective'], 'distillation', `${ofStage}.objective`, /no `vocabulary` that adds any/, true),
  at([...stage, 'distillation'], { layer: 0 }, `${ofStage}.distillation.layer`, /at least 1/),
  at([...stage, 'distillation'], { nextToken: 1 }, `${ofStage}.distillation.nextToken`, /below 1/),
  at([...stage, 'distillation'], {}, `${ofStage}.distillation`, /belongs to the objective `distillation`/, true),
  at(
    ['arms', 'continued', 'stages', 0],
    { moves: { newRows: 0.1, body: 0.1 }, objective: 'distillation' },
    'arms.continued.stages[0].moves',
    /moves `newRows` alone/,
    true,
  ),
  at(
    ['arms', 'continued', 'stages', 0],
    { moves: { newRows: 0.1 }, objective: 'distillation', resegment: 0.1 },
    'arms.continued.stages[0].resegment',
    /the pieces that teach them/,
    true,
  ),
  at([...stage, 'moves'], { adapters: 0.1 }, `${ofStage}.moves.adapters`, /the arm has no `adapters`/, true),
  at(arm('adapters'), {}, 'arms["old vocabulary"].adapters', /no stage of the arm gives/, true),
  at(arm(), withAdapters({ everything: 0.1, adapters: 0.1 }), `${ofStage}.moves.everything`, /the very matrices/, true),
  at(arm(), withAdapters({ body: 0.1, adapters: 0.1 }), `${ofStage}.moves.body`, /the very matrices/, true),
  at(arm('adapters'), { rank: 0 }, 'arms["old vocabulary"].adapters.rank', /whole number at least 1/),
  at(arm('adapters'), { alpha: -1 }, 'arms["old vocabulary"].adapters.alpha', /above 0/),
  at(arm('adapters'), { targets: [] }, 'arms["old vocabulary"].adapters.targets', /a list of at least 1/),
  at(arm('adapters'), { dora: true }, 'arms["old vocabulary"].adapters.dora', /there are rank, alpha, targets/),
  at([...stage, 'share'], 1e308, `${ofStage}.share`, /at most 1000000/),
  at([...stage, 'replay'], 0.95, `${ofStage}.replay`, /above 0 and at most 0.9/),
  at([...stage, 'replay'], 0, `${ofStage}.replay`, /above 0/),
  at([...stage, 'resegment'], 1.5, `${ofStage}.resegment`, /at most 1/),
  at([...stage, 'resegment'], 0.1, `${ofStage}.resegment`, /no `vocabulary` that adds any/, true),
  at(
    ['arms', 'continued', 'start'],
    { input: 'zero', output: 'zero', medianNorm: 'all' },
    'arms.continued.start.medianNorm',
    /one of input, output, both/,
  ),
  at(
    ['arms', 'continued', 'start'],
    { input: 'zero', output: 'zero', logitCorrection: 'output' },
    'arms.continued.start.logitCorrection',
    /true or false/,
  ),
  at([...stage, 'optimizer'], { beta2: 1 }, `${ofStage}.optimizer.beta2`, /below 1/),
  at([...stage, 'optimizer'], { momentum: 1 }, `${ofStage}.optimizer.momentum`, /is no field here/),
  at([...stage, 'schedule'], { warmup: 1.1 }, `${ofStage}.schedule.warmup`, /at most 1/),
  at([...stage, 'batch'], { length: 1 }, `${ofStage}.batch.length`, /at least 2/),
  at([...stage, 'batch'], { rows: 65_536, length: 65_536 }, `${ofStage}.batch.rows`, /expected is at most 2\b/, true),
  at(
    [...stage, 'batch'],
    { rows: 65_536, length: 128 },
    `${ofStage}.batch.rows`,
    /at most 1250, all that 40000 bytes/,
    true,
  ),
  at(['arms', 'old vocabulary', 'stages'], {}, 'arms["old vocabulary"].stages', /a list/),
];

export const rightSpecs: readonly { readonly about: string; readonly spec: Json }[] = [
  { about: 'the example', spec: exampleValue() },
  { about: 'FLOPs', spec: changed(['budget'], { flops: 1e15 }) },
  { about: 'the model in its long form', spec: changed(['model'], { name: 'bundled', fingerprint: 'ab' }) },
  { about: 'two starts', spec: changed(['arms', 'continued', 'start'], { input: 'zero', output: 'subword-mean' }) },
  {
    about: 'rows at the old norm',
    spec: changed(['arms', 'continued', 'start'], { input: 'zero', output: 'gaussian', medianNorm: 'output' }),
  },
  {
    about: 'corrected logits',
    spec: changed(['arms', 'continued', 'start'], { input: 'zero', output: 'gaussian', logitCorrection: true }),
  },
  { about: 'eight bits for what does not move', spec: changed(['frozenWeights'], 'q8') },
  { about: 'steps in half precision', spec: changed(['precision'], 'f16') },
  { about: 'replay', spec: changed([...stage, 'replay'], 0.05) },
  { about: 'new tokens cut back', spec: changed(['arms', 'continued', 'stages', 0, 'resegment'], 0.1) },
  {
    about: 'a distillation',
    spec: changed(['arms', 'continued', 'stages', 0], {
      moves: { newRows: 0.1 },
      objective: 'distillation',
      distillation: { layer: 2, nextToken: 0.2 },
    }),
  },
  { about: 'an alphabet without a number', spec: changed(vocabulary, { method: 'atomic', grammar: 'smiles' }) },
  { about: 'rows of an earlier graft', spec: changed([...stage, 'moves'], { newRows: 0.1, oldRows: 0.01 }) },
  { about: 'seed 0', spec: changed(['seeds'], [0]) },
  { about: 'names of prototypes', spec: changed(['arms', '__proto__'], {}) },
  { about: 'names of methods', spec: changed(['arms', 'constructor'], {}) },
  { about: 'names in Chinese', spec: changed(['arms', '旧词表'], {}) },
];

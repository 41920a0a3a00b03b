/**
 * What an experiment is, as one schema: names, kinds, ranges, defaults and what each field means. It is JSON Schema as it stands
 * (docs/experiment.schema.json is written from it); types, checks, defaults and the command line's flags are taken from it.
 * Everything that changes a number is a field.
 */
import * as Type from 'typebox';
import { documentFormats } from '../../corpus/index';
import { initMethods } from '../../graft/index';
import { grammars } from '../../tokenizer/index';
import { frozenWeightNames, frozenWeights } from '../device/frozenWeights';
import { stepPrecisionNames, stepPrecisions } from '../device/stepPrecision';
import { sampleOrders } from '../scoring/evaluate';
import { defaultMargin } from '../scoring/verdict';
import { defaultOptimizer } from '../training/moves';
import { defaultAdapters } from '../training/trainSettings';
import { defaultObjective, objectiveNames, objectives } from '../training/objectives/index';

const strict = { additionalProperties: false } as const;
const oneOf = <Name extends string>(names: readonly Name[], options: Type.TSchemaOptions = {}) =>
  Type.Enum([...names], options);
/** Nothing that is counted reaches this; a slip of the keyboard does, and would fill the memory before it fails. */
const mostCounted = 10_000_000_000;
const count = (about: string, options: Type.TSchemaOptions = {}) =>
  Type.Integer({ minimum: 1, maximum: mostCounted, description: about, ...options });
const rate = (about: string) => Type.Number({ exclusiveMinimum: 0, maximum: 10, description: about });
const fingerprint = Type.Optional(
  Type.String({ description: 'SHA-256 of what was opened; where it is given, anything else is refused' }),
);

const learnMethods = ['continued', 'independent', 'added', 'atomic'] as const;
export type SpecLearnMethod = (typeof learnMethods)[number];
/** Of ways to a vocabulary the one that adds no token. */
export const trimMethod = 'trim';
const rooms = ['append', 'replace'] as const;

const Model = Type.Union([
  Type.String({ minLength: 1, description: '`bundled`, a folder or GGUF file, or owner/name of the Hub' }),
  Type.Object({ name: Type.String({ minLength: 1 }), fingerprint }, strict),
]);

const Corpus = Type.Object(
  {
    sample: Type.Optional(Type.String({ minLength: 1, description: 'one of the bundled corpora' })),
    path: Type.Optional(Type.String({ minLength: 1, description: 'a file or folder, from where the command is run' })),
    name: Type.Optional(Type.String({ description: 'what the page calls files that were dropped on it' })),
    documents: Type.Optional(
      oneOf(documentFormats, { description: 'what a document is; absent: told from the files' }),
    ),
    field: Type.Optional(Type.String({ minLength: 1, description: 'field or column that holds the text' })),
    fingerprint,
  },
  strict,
);

const Instructions = Type.Object(
  {
    sample: Type.Optional(Type.String({ minLength: 1, description: 'one of the bundled instructions' })),
    path: Type.Optional(Type.String({ minLength: 1, description: 'a file or folder, from where the command is run' })),
    name: Type.Optional(Type.String({ description: 'what the page calls files that were dropped on it' })),
    fingerprint,
  },
  { ...strict, description: 'conversations as JSON lines, for stages that learn answers' },
);

const Rules = Type.Object(
  {
    minFrequency: Type.Optional(count('occurrences of a token in the training text; absent: at least 2')),
    minDocuments: Type.Optional(count('documents it stands in; absent: at least 2')),
    maxPieceLength: Type.Optional(count('most characters of a token')),
    mergeDigits: Type.Optional(Type.Boolean({ description: 'whether tokens may hold digits' })),
    neverMerge: Type.Optional(Type.String({ minLength: 1, description: 'no new token matches this expression' })),
    unit: Type.Optional(oneOf(['document', 'line'] as const, { description: 'what merges never cross' })),
  },
  { ...strict, default: {} },
);

const Remove = Type.Object(
  {
    leastCount: Type.Optional(count('a token that training and general text hold so often is kept', { default: 1 })),
    tokens: Type.Optional(count('how many, of trim; absent: all that may go', { maximum: 1_048_576 })),
    pieces: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'that go first, however often they are used, as tokenizer.json spells them',
      }),
    ),
  },
  { ...strict, default: {}, description: 'which old tokens go, of replace and trim' },
);

const Vocabulary = Type.Object(
  {
    method: oneOf([...learnMethods, trimMethod] as const, {
      description: 'how new tokens are found; trim: none are, and old ones that no text uses go',
    }),
    grammar: Type.Optional(
      oneOf(Object.keys(grammars) as (keyof typeof grammars)[], {
        description: 'of atomic; absent: told from the text',
      }),
    ),
    newTokens: Type.Optional(count('how many; atomic may leave it out', { maximum: 262_144 })),
    rules: Type.Optional(Rules),
    turnedDown: Type.Optional(
      Type.Array(Type.String(), { default: [], description: 'candidates left out, as tokenizer.json spells them' }),
    ),
    added: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { default: [], description: 'texts that become tokens as well' }),
    ),
    leastExposure: Type.Optional(count('rare tokens are pruned until every leaf occurs so often')),
    room: Type.Optional(
      oneOf(rooms, {
        default: 'append',
        description: 'where new tokens get their rows: behind the old ones, or in place of tokens that no text uses',
      }),
    ),
    remove: Type.Optional(Remove),
  },
  strict,
);

const Init = oneOf(initMethods, { description: 'how new rows start' });
const Start = Type.Union(
  [
    Init,
    Type.Object(
      {
        input: Init,
        output: Init,
        medianNorm: Type.Optional(
          oneOf(['input', 'output', 'both'] as const, {
            description: 'sides whose new rows are scaled to the median norm of the old ones; absent: neither',
          }),
        ),
        logitCorrection: Type.Optional(
          Type.Boolean({
            description:
              'whether rows of the output side are moved until, where a new token is right in training text, its logit is on the average what its pieces are worth; absent: no',
          }),
        ),
      },
      strict,
    ),
  ],
  { default: 'subword-mean' },
);

const Moves = Type.Object(
  {
    everything: Type.Optional(rate('peak rate of every group that is not named')),
    newRows: Type.Optional(
      rate('peak rate of the rows of new tokens; without a vocabulary, of those in the new_tokens.json of the model'),
    ),
    oldRows: Type.Optional(rate('peak rate of the rows that were there before')),
    body: Type.Optional(rate('peak rate of the matrices between the embeddings')),
    norms: Type.Optional(rate('peak rate of norms, biases and learned positions')),
    adapters: Type.Optional(rate('peak rate of the low-rank adapters that the arm has')),
  },
  { ...strict, minProperties: 1, description: 'a group without a rate stays as it is, to the bit' },
);

const objectiveTexts = `what is learned; ${objectiveNames.map((name) => `${name}: ${objectives[name].about}`).join('; ')}`;

const Stage = Type.Object(
  {
    moves: Moves,
    objective: Type.Optional(oneOf(objectiveNames, { default: defaultObjective, description: objectiveTexts })),
    share: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1_000_000,
        default: 1,
        description: 'of the budget, beside the other stages of the arm',
      }),
    ),
    replay: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 0.9,
        description: "share of the stage's bytes that are general text, of what is not scored; absent: none",
      }),
    ),
    resegment: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description: 'probability that an occurrence of a new token is read as its old pieces; absent: none',
      }),
    ),
    distillation: Type.Optional(
      Type.Object(
        {
          layer: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1024,
              description: 'hidden states behind so many layers are compared; absent: behind the last',
            }),
          ),
          nextToken: Type.Optional(
            Type.Number({
              minimum: 0,
              exclusiveMaximum: 1,
              default: 0,
              description: "share of the loss that is next tokens'; the rest is the distance of the states",
            }),
          ),
        },
        { ...strict, description: 'of the objective distillation' },
      ),
    ),
    optimizer: Type.Optional(
      Type.Object(
        {
          beta1: Type.Optional(Type.Number({ minimum: 0, exclusiveMaximum: 1, default: defaultOptimizer.beta1 })),
          beta2: Type.Optional(Type.Number({ minimum: 0, exclusiveMaximum: 1, default: defaultOptimizer.beta2 })),
          epsilon: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, default: defaultOptimizer.epsilon })),
          weightDecay: Type.Optional(Type.Number({ minimum: 0, maximum: 10, default: defaultOptimizer.weightDecay })),
          clipNorm: Type.Optional(
            Type.Number({
              minimum: 0,
              default: defaultOptimizer.clipNorm,
              description: '0: gradients are not clipped',
            }),
          ),
        },
        { ...strict, default: {}, description: 'AdamW' },
      ),
    ),
    schedule: Type.Optional(
      Type.Object(
        {
          warmup: Type.Optional(
            Type.Number({ minimum: 0, maximum: 1, default: 0.05, description: 'share of the steps' }),
          ),
          final: Type.Optional(
            Type.Number({ minimum: 0, maximum: 1, default: 0.1, description: 'share of the peak at the last step' }),
          ),
        },
        { ...strict, default: {}, description: 'a line up, then a cosine down' },
      ),
    ),
    batch: Type.Optional(
      Type.Object(
        {
          rows: Type.Optional(count('rows a step', { default: 4, maximum: 65_536 })),
          length: Type.Optional(
            Type.Integer({ minimum: 2, maximum: 1_048_576, default: 128, description: 'tokens a row' }),
          ),
        },
        { ...strict, default: {} },
      ),
    ),
  },
  strict,
);

const Adapters = Type.Object(
  {
    rank: Type.Optional(count('directions of each adapter', { default: defaultAdapters.rank, maximum: 65_536 })),
    alpha: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 65_536,
        default: defaultAdapters.alpha,
        description: 'what an adapter adds is multiplied by alpha / rank',
      }),
    ),
    targets: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: 100,
        description: "last names of modules, as peft's target_modules; absent: every projection of a layer",
      }),
    ),
    rankStabilised: Type.Optional(
      Type.Boolean({ default: defaultAdapters.rankStabilised, description: 'alpha / √rank instead (rsLoRA)' }),
    ),
  },
  { ...strict, description: 'low-rank adapters (LoRA) beside the projections of every layer, which stay as they are' },
);

const frozenTexts = `how matrices that no stage of an arm moves are held while it is trained and scored; files always hold the checkpoint's own; ${frozenWeightNames.map((name) => `${name}: ${frozenWeights[name].about}`).join('; ')}`;

const precisionTexts = `what training steps multiply in; sums, norms, updates and every evaluation are f32 in any case; ${stepPrecisionNames.map((name) => `${name}: ${stepPrecisions[name].about}`).join('; ')}`;

/** A name of one line; without a pattern of its own, names with a line's end would go unchecked. */
const armNamePattern = '^.{1,80}$';

export const armSchema = Type.Object(
  {
    vocabulary: Type.Optional(Vocabulary),
    start: Type.Optional(Start),
    adapters: Type.Optional(Adapters),
    stages: Type.Optional(
      Type.Array(Stage, { default: [], maxItems: 100, description: 'none: as it starts, scored and not trained' }),
    ),
  },
  strict,
);

const Prediction = Type.Object(
  {
    verdict: oneOf(['expand', 'expand-for-speed', 'atomic-only', 'do-not-expand', 'need-more-data'] as const),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    suggestedNewTokens: Type.Integer({ minimum: 0 }),
    shorterBy: Type.Number(),
    at: Type.String({ description: 'when it was made, ISO 8601' }),
  },
  { ...strict, description: 'what the diagnosis said before the run' },
);

export const experimentSchema = Type.Object(
  {
    version: Type.Literal(2),
    name: Type.String({ minLength: 1, maxLength: 200, description: 'the question, in words' }),
    model: Model,
    corpus: Corpus,
    general: Type.Optional(
      Type.Object(
        { path: Type.Optional(Type.String({ minLength: 1 })), fingerprint },
        {
          ...strict,
          default: {},
          description:
            'text that is scored, and of which only what is not scored is ever trained on (`replay`); the bundled English by default',
        },
      ),
    ),
    instructions: Type.Optional(Instructions),
    budget: Type.Object(
      {
        bytes: Type.Optional(count('of training text that every arm reads, again from the start where it ends')),
        flops: Type.Optional(
          Type.Number({ exclusiveMinimum: 0, maximum: 1e21, description: 'that every arm computes' }),
        ),
      },
      { ...strict, description: 'one of the two' },
    ),
    seeds: Type.Array(Type.Integer({ minimum: 0, maximum: 0xffffffff }), { minItems: 1, maxItems: 100 }),
    precision: Type.Optional(oneOf(stepPrecisionNames, { default: 'f32', description: precisionTexts })),
    frozenWeights: Type.Optional(oneOf(frozenWeightNames, { default: 'as-stored', description: frozenTexts })),
    evaluation: Type.Optional(
      Type.Object(
        {
          bytes: Type.Optional(count('of held-out text that the verdict is from', { default: 65_536 })),
          generalBytes: Type.Optional(count('of general text', { default: 16_384 })),
          watchBytes: Type.Optional(count('of held-out text that a run is watched by', { default: 16_384 })),
          points: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 6, description: 'of the curve' })),
          sample: Type.Optional(
            oneOf(sampleOrders, {
              default: 'spread',
              description: 'which documents, where not all: from everywhere in the corpus, or its first ones',
            }),
          ),
          margin: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 1,
              default: defaultMargin,
              description: 'share of the control that is still not worse',
            }),
          ),
        },
        { ...strict, default: {} },
      ),
    ),
    prediction: Type.Optional(Prediction),
    arms: Type.Record(Type.String({ pattern: armNamePattern }), armSchema, {
      ...strict,
      minProperties: 1,
      description: 'by name; a letter or digit in it',
    }),
  },
  { ...strict, title: 'Tokengraft experiment, version 2' },
);

export type WrittenSpec = Type.Static<typeof experimentSchema>;
export type WrittenArm = Type.Static<typeof armSchema>;

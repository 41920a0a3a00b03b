/**
 * Every verb of the command line with its flags: parsing (arguments.ts), refusals and `--help` (help.ts) all come from here. Choices are
 * imported from where they stand and not from `index.ts`, so that a short command does not load the whole lab.
 */
import type { Bounds } from '../bounds';
import { samplingBounds } from '../samplingBounds';
import { trainModes } from '../lab/training/trainSettings';
import {
  adapterOf,
  adapterOut,
  allHeldOut,
  corpus,
  counted,
  defaultSteps,
  device,
  memory,
  evidence,
  cloze,
  field,
  type Flag,
  harm,
  method,
  runtime,
  seed,
  tokenizer,
  tokenizerClass,
  weights,
} from './flags';
import { flagsOf, type FieldFlagName } from './fieldFlags';

const learning = [
  'min-frequency',
  'min-documents',
  'max-length',
  'unit',
  'merge-digits',
  'never',
  'least-exposure',
  'room',
  'remove-below',
  'remove-tokens',
  'init',
] as const satisfies FieldFlagName[];

/** As many as a specification takes. */
const newTokens: Bounds = { least: 0, most: 262_144, isWhole: true };

/** Of a step that is looked at and not taken. */
const plannedStep = (aboutNewTokens: string) =>
  ({
    'new-tokens': { kind: 'whole', value: 'K', about: aboutNewTokens, bounds: newTokens, fallback: '256' },
    batch: { kind: 'whole', value: 'B', about: 'rows a step; by default what the page starts with' },
    seq: { kind: 'whole', value: 'T', about: 'tokens a row' },
    device,
    memory,
  }) as const satisfies Record<string, Flag>;

export const verbs = {
  inspect: {
    about: 'What a model is: sizes, types, rows against the tokenizer, and the memory that training would take here.',
    flags: {
      ...plannedStep('plan for so many new tokens'),
      ...flagsOf(['frozen-weights']),
    },
  },
  tokenize: {
    about: "Cut text into the model's tokens.",
    flags: {
      text: { kind: 'text', value: 'TEXT', about: 'the text' },
      file: { kind: 'text', value: 'FILE', about: 'or a UTF-8 file' },
      tokenizer,
      'no-special-tokens': { kind: 'switch', about: "leave out the model's own special tokens" },
    },
  },
  corpus: {
    about:
      'What a corpus is read as: format, field, first documents, what is held out, what is doubtful. Needs no GPU.',
    flags: corpus,
  },
  logits: {
    about: "Logits at every position, with the model's own special tokens added.",
    flags: {
      text: { kind: 'text', value: 'TEXT', about: 'the text' },
      ids: { kind: 'text', value: '1,2,3', about: 'or token ids, taken as they are' },
      out: {
        kind: 'text',
        value: 'FILE',
        about: 'write `logits` [tokens, embeddingRows] F32 and `ids` [tokens] I64 as safetensors',
      },
      device,
    },
  },
  eval: {
    about: 'Bits per byte of a whole file, per document.',
    flags: {
      ...corpus,
      'max-bytes': { kind: 'whole', value: 'N', about: 'stop after this many bytes of documents', bounds: counted },
      runtime,
      device,
    },
  },
  diagnose: {
    about: 'Expand or not: the verdict, the signals behind it and the frontier of vocabulary sizes. Needs no GPU.',
    flags: {
      ...corpus,
      tokenizer: {
        ...tokenizer,
        about: 'instead of --model: a folder with tokenizer.json and config.json, without weights',
      },
      general: { kind: 'text', value: 'FILE', about: 'general text to compare with; the bundled English by default' },
      'new-tokens': {
        kind: 'whole',
        value: 'K',
        about: 'judge this size; the frontier suggests one by default',
        bounds: { ...newTokens, least: 1 },
      },
    },
  },
  expand: {
    about: 'Add new tokens learned from a corpus and write the grafted model as a Hugging Face folder.',
    flags: {
      ...corpus,
      tokenizer: { ...tokenizer, about: `${tokenizer.about}; writes only the extended tokenizer` },
      ...flagsOf(['new-tokens']),
      method,
      ...flagsOf(learning),
      ...tokenizerClass,
      seed,
      out: { kind: 'text', value: 'DIR', about: 'folder to write', required: true },
    },
  },
  train: {
    about:
      'Train one arm and write it as a Hugging Face folder, with the specification that `run` takes. With --new-tokens, expands first.',
    flags: {
      ...corpus,
      train: {
        kind: 'text',
        value: 'WHAT',
        about: "what may move; new rows are those in the folder's new_tokens.json, or of --new-tokens",
        choices: trainModes,
        fallback: 'new-rows',
      },
      ...flagsOf(['new-tokens']),
      method,
      ...flagsOf(learning),
      steps: {
        kind: 'whole',
        value: 'N',
        about: 'optimizer steps, for which so much text is read as they take',
        bounds: counted,
        byDefault: String(defaultSteps),
      },
      ...flagsOf(['bytes', 'batch', 'seq']),
      lr: { kind: 'number', value: 'X', about: 'peak learning rate of all that moves; from the size of the model' },
      'body-lr': { kind: 'number', value: 'X', about: 'another one for all but the new rows' },
      ...flagsOf(['rank', 'alpha', 'targets', 'rank-stabilised']),
      ...adapterOut,
      ...flagsOf([
        'objective',
        'warmup',
        'replay',
        'resegment',
        'frozen-weights',
        'precision',
        'points',
        'evaluate-bytes',
      ]),
      device,
      memory,
      seed,
      ...tokenizerClass,
      out: { kind: 'text', value: 'DIR', about: 'folder to write', required: true },
      log: { kind: 'text', value: 'FILE', about: "also write the run's records as JSON lines" },
    },
  },
  run: {
    about:
      'Run an experiment: every arm with every seed, unattended, and answer whether new tokens pay against the old vocabulary trained on the same text. What is finished is skipped, what was begun goes on.',
    file: { name: 'EXPERIMENT', about: 'the specification, a JSON file (docs/experiment.schema.json)' },
    flags: {
      out: { kind: 'text', value: 'DIR', about: 'folder that the runs are kept in', required: true },
      arm: { kind: 'text', value: 'NAME', about: 'only this arm; folders of several machines can be put together' },
      seed: { kind: 'whole', value: 'S', about: 'only this seed', bounds: seed.bounds },
      device,
      memory,
    },
  },
  report: {
    about: 'The answer of the runs that lie in a folder; nothing is run.',
    file: { name: 'DIR', about: 'folder of an experiment' },
    flags: {},
  },
  profile: {
    about: 'Where the time of a training step goes, by kind of operation, on what computes here.',
    flags: {
      train: { kind: 'text', value: 'WHAT', about: 'what may move', choices: trainModes, fallback: 'all' },
      plan: { kind: 'switch', about: 'count dispatches, bytes and FLOPs by kernel instead; opens and runs nothing' },
      adapter: {
        kind: 'text',
        value: 'FILE',
        about: "plan: the adapter, as bench:gpu writes it; by default a GPU of WebGPU's least limits",
      },
      variant: { kind: 'text', value: 'NAME', about: 'plan: the kernel for matrix products' },
      ...plannedStep('as after adding this many tokens'),
    },
  },
  export: {
    about: 'Write a model in the form that another place wants, and compare what was written with its source.',
    flags: {
      to: {
        kind: 'text',
        value: 'FORM',
        about: 'what to write',
        choices: ['safetensors', 'onnx', 'gguf', 'delta', 'adapter', 'scale'],
        required: true,
      },
      base: { kind: 'text', value: 'bundled|DIR', about: 'delta: the model as it was before it was grafted' },
      ...adapterOf,
      ...corpus,
      corpus: { ...corpus.corpus, about: 'scale: the texts to go on with', required: false },
      device,
      out: { kind: 'text', value: 'DIR', about: 'folder to write', required: true },
      ...tokenizerClass,
      ...weights,
      dtype: {
        kind: 'text',
        value: 'TYPE',
        about: `${weights.dtype.about}: ${weights.dtype.choices.join(', ')} (source by default); onnx: f32, f16, q4, several with commas (f32 by default); gguf: f32, f16, bf16, q8_0 (f16 by default)`,
      },
    },
  },
  tokens: {
    about:
      'Evidence for every new token of an arm that was run (--experiment), or of a model that was expanded (--model, with new_tokens.json): rank and price where it is right, beside its old pieces.',
    flags: {
      ...evidence,
      seed,
      device,
    },
  },
  harm: {
    about:
      'What a training did to what the model knew: general text beside the untouched base, what comes just after new tokens, the probability that new tokens take, the texts that got worst.',
    flags: {
      ...harm,
      seed,
      device,
    },
  },
  sample: {
    about:
      "Evidence from the field: samples of every finished arm and of the untouched base, read by a parser of the text's notation. They are kept with the runs.",
    file: { name: 'DIR', about: 'folder of an experiment' },
    flags: {
      ...field,
      runtime: { ...runtime, fallback: 'onnxruntime' },
      device,
    },
  },
  ask: {
    about:
      'Evidence from the field for prose: questions made from held-out text, a word left out and four to choose from, answered by every finished arm and the untouched base. They are kept with the runs.',
    file: { name: 'DIR', about: 'folder of an experiment' },
    flags: { ...cloze, device },
  },
  compare: {
    about: 'A graft trained elsewhere (--model, with new_tokens.json) against its base, in bits per byte.',
    flags: {
      base: { kind: 'text', value: 'bundled|DIR', about: 'the model as it was before it was grafted', required: true },
      ...corpus,
      corpus: { ...corpus.corpus, about: 'texts; what is held out of them is scored' },
      'all-held-out': allHeldOut,
      'max-bytes': { kind: 'whole', value: 'N', about: 'bytes that are scored of each text', bounds: counted },
      device,
    },
  },
  apply: {
    about:
      'Put the new rows of a delta, or a LoRA adapter of peft, onto their base (--model) and write the one model they are.',
    flags: {
      delta: {
        kind: 'text',
        value: 'DIR',
        about: 'folder with delta.safetensors, or with adapter_config.json and adapter_model.safetensors',
        required: true,
      },
      out: { kind: 'text', value: 'DIR', about: 'folder to write', required: true },
      ...weights,
    },
  },
  generate: {
    about: 'Continue a prompt.',
    flags: {
      prompt: { kind: 'text', value: 'P', about: 'the prompt', required: true },
      chat: { kind: 'switch', about: "the prompt is a question, put through the model's chat template" },
      'max-tokens': {
        kind: 'whole',
        value: 'N',
        about: 'how many tokens',
        bounds: samplingBounds.maxTokens,
        fallback: '64',
      },
      temperature: {
        kind: 'number',
        value: 'X',
        about: '0 takes the likeliest token',
        bounds: samplingBounds.temperature,
        fallback: '0',
      },
      'top-k': {
        kind: 'whole',
        value: 'K',
        about: 'sample among the K likeliest; 0: all',
        bounds: samplingBounds.topK,
        fallback: '40',
      },
      'top-p': {
        kind: 'number',
        value: 'P',
        about: 'sample among the likeliest that together have this probability; 1: all',
        bounds: samplingBounds.topP,
        fallback: '1',
      },
      seed,
      runtime,
      device,
    },
  },
  cached: {
    about: 'Models of the Hub that were downloaded to this machine.',
    flags: { remove: { kind: 'text', value: 'ID', about: 'remove this one first' } },
  },
} satisfies Record<string, VerbTable>;

export interface VerbTable {
  readonly about: string;
  /** What stands without a flag. */
  readonly file?: { readonly name: string; readonly about: string };
  readonly flags: Readonly<Record<string, Flag>>;
}

export type Verb = keyof typeof verbs;

/** Flags that several verbs of the command line have. */
import type { Bounds } from '../bounds';
import { documentFormats } from '../corpus/corpus';
import { evidenceDefaults } from '../lab/evidence/defaults';
import { clozeDefaults } from '../lab/cloze/defaults';
import { fieldDefaults, notationNames } from '../lab/field/defaults';
import { harmDefaults } from '../lab/harm/defaults';
import { samplingBounds } from '../samplingBounds';
import { tokenizerClassChoices } from '../lab/vocabulary/tokenizerClassChoice';
import { grammarNames } from '../tokenizer/grammar/grammars';

export interface Flag {
  readonly kind: 'text' | 'whole' | 'number' | 'switch';
  readonly value?: string;
  readonly about: string;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  /** Of a number; from 0 on otherwise. */
  readonly bounds?: Bounds;
  /** Filled in where the flag is not given. */
  readonly fallback?: string;
  /** What holds where it is not given, filled in by whoever reads it. */
  readonly byDefault?: string;
}

/** Steps of a training whose length nobody gives. */
export const defaultSteps = 200;

export const common = {
  model: {
    kind: 'text',
    value: 'MODEL',
    about: 'the model: `bundled`, a Hugging Face folder, a GGUF file, or owner/name[@revision][/file.gguf] on the Hub',
    fallback: 'bundled',
  },
  hub: { kind: 'text', value: 'URL', about: 'the address of the Hub; HF_ENDPOINT or huggingface.co by default' },
  json: { kind: 'switch', about: 'print one JSON value to stdout; progress goes to stderr' },
  help: { kind: 'switch', about: 'show this help' },
} satisfies Record<string, Flag>;

export const device = {
  kind: 'text',
  value: 'WHAT',
  about: 'what computes: the GPU, the processor, or whichever is faster here',
  choices: ['auto', 'gpu', 'processor'],
  fallback: 'auto',
} as const;
export const memory = {
  kind: 'whole',
  value: 'MB',
  about: 'megabytes that a training may use in all; its steps are cut so that they fit',
  byDefault: 'what a GPU grants when it is asked, or what wasm addresses',
} as const;
export const runtime = {
  kind: 'text',
  value: 'WHAT',
  about: 'what runs the model: the engine that trains, or onnxruntime-web from an export in memory',
  choices: ['engine', 'onnxruntime'],
  fallback: 'engine',
} as const;
export const corpus = {
  corpus: {
    kind: 'text',
    value: 'PATH',
    about: 'a file of text, JSON, CSV, Parquet, SMILES, FASTA, PGN or ABC, packed or not, or a folder of them',
    required: true,
  },
  documents: {
    kind: 'text',
    value: 'WHAT',
    about: 'what a document is',
    choices: ['auto', ...documentFormats],
    fallback: 'auto',
  },
  field: {
    kind: 'text',
    value: 'NAME',
    about: 'field, path of fields (data.text) or column that holds the text, in JSON, CSV or Parquet',
  },
} as const;
export const allHeldOut = { kind: 'switch', about: 'every document of the corpus counts as held out' } as const;
export const tokenizer = {
  kind: 'text',
  value: 'DIR',
  about: 'instead of --model: a folder with tokenizer.json, without weights',
} as const;
/** Which way to new tokens; a grammar goes with it. */
export const method = {
  kind: 'text',
  value: 'HOW',
  about: `continued, independent, added, atomic or atomic:GRAMMAR (${grammarNames.join(', ')}); or trim: no new tokens, unused ones go`,
  byDefault: 'continued',
} as const;
export const tokenizerClass = {
  'tokenizer-class': {
    kind: 'text',
    value: 'WHICH',
    about:
      "where AutoTokenizer would cut otherwise than tokenizer.json: write a class that obeys it, or the folder's own",
    choices: tokenizerClassChoices,
    fallback: 'obeys',
  },
} as const;
export const seed = {
  kind: 'whole',
  value: 'S',
  about: 'seed of everything random',
  bounds: samplingBounds.seed,
  fallback: '1',
} as const;
/** Something that is counted, of which there is at least one. */
export const counted: Bounds = { least: 1, most: 10_000_000_000, isWhole: true };
export const weights = {
  dtype: {
    kind: 'text',
    value: 'TYPE',
    about: 'number type of the weights',
    choices: ['source', 'F32', 'F16', 'BF16'],
    fallback: 'source',
  },
  'shard-bytes': {
    kind: 'whole',
    value: 'N',
    about: 'bytes of weights in a file; 2,000,000,000 by default',
    bounds: counted,
  },
} as const;
/** Which run `export --to adapter` takes. */
export const adapterOf = {
  experiment: { kind: 'text', value: 'DIR', about: 'adapter: folder of an experiment; its model is the base' },
  arm: { kind: 'text', value: 'NAME', about: 'adapter: arm of it; the first with adapters by default' },
  seed: { kind: 'whole', value: 'S', about: 'adapter: seed of it; the first by default', bounds: seed.bounds },
} satisfies Record<string, Flag>;

export const adapterOut = {
  'adapter-out': {
    kind: 'text',
    value: 'DIR',
    about: 'also write adapters and new rows alone, as a folder of PEFT',
  },
} satisfies Record<string, Flag>;

/** What `tokens` looks at, and how closely. */
export const evidence = {
  experiment: { kind: 'text', value: 'DIR', about: 'folder of an experiment; model and corpus are those it names' },
  arm: { kind: 'text', value: 'NAME', about: 'arm of it; the first with new tokens by default' },
  ...corpus,
  corpus: {
    ...corpus.corpus,
    about: 'without --experiment: texts; what is held out of them is read',
    required: false,
  },
  'all-held-out': allHeldOut,
  token: {
    kind: 'text',
    value: 'TEXT',
    about: 'only this token: where it helped most and least, and its neighbours',
  },
  prune: {
    kind: 'text',
    value: 'FILE',
    about: 'write the specification with one more arm: this one without its starved tokens',
  },
  places: {
    kind: 'whole',
    value: 'N',
    about: 'places of each token that are measured, at most',
    bounds: { least: 1, most: 1000, isWhole: true },
    fallback: String(evidenceDefaults.placesEach),
  },
  'max-bytes': {
    kind: 'whole',
    value: 'N',
    about: 'bytes of held-out text that are looked through',
    bounds: counted,
    fallback: String(evidenceDefaults.maxBytes),
  },
} as const satisfies Record<string, Flag>;
/** Of `harm`. */
export const harm = {
  experiment: evidence.experiment,
  arm: evidence.arm,
  base: {
    kind: 'text',
    value: 'bundled|DIR',
    about: 'without --experiment: the model as it was before it was grafted (--model, with new_tokens.json)',
  },
  ...corpus,
  corpus: evidence.corpus,
  'all-held-out': allHeldOut,
  general: { kind: 'text', value: 'FILE', about: 'general text that the model knew; the bundled English by default' },
  worst: {
    kind: 'whole',
    value: 'N',
    about: 'general texts that are shown, those that got worst first',
    bounds: { least: 0, most: 1000, isWhole: true },
    fallback: String(harmDefaults.worst),
  },
  'max-bytes': {
    kind: 'whole',
    value: 'N',
    about: 'bytes that are read of each text',
    bounds: counted,
    fallback: String(harmDefaults.maxBytes),
  },
} as const satisfies Record<string, Flag>;
/** Of `sample`. */
export const field = {
  notation: {
    kind: 'text',
    value: 'WHICH',
    about: 'what samples are read as; told from the training text by default',
    choices: notationNames,
  },
  n: {
    kind: 'whole',
    value: 'N',
    about: 'samples of each run',
    bounds: { least: 1, most: 100_000, isWhole: true },
    fallback: String(fieldDefaults.samples),
  },
  arm: { kind: 'text', value: 'NAME', about: 'only this arm, its control and the untouched base' },
  'run-seed': { kind: 'whole', value: 'S', about: 'only runs with this seed', bounds: seed.bounds },
  seed: { ...seed, about: 'seed of the samples, the same for every arm' },
  temperature: {
    kind: 'number',
    value: 'X',
    about: '0 takes the likeliest token',
    bounds: samplingBounds.temperature,
    fallback: String(fieldDefaults.temperature),
  },
  'top-p': {
    kind: 'number',
    value: 'P',
    about: 'sample among the likeliest that together have this probability; 1: all',
    bounds: samplingBounds.topP,
    fallback: String(fieldDefaults.topP),
  },
  bytes: { kind: 'whole', value: 'N', about: 'UTF-8 bytes of a sample, at most; from the notation', bounds: counted },
} as const satisfies Record<string, Flag>;
/** Of `ask`. */
export const cloze = {
  n: {
    kind: 'whole',
    value: 'N',
    about: 'questions',
    bounds: { least: 1, most: 10_000, isWhole: true },
    fallback: String(clozeDefaults.questions),
  },
  arm: field.arm,
  'run-seed': field['run-seed'],
  seed: { ...seed, about: 'seed of the questions, the same for every arm' },
} as const satisfies Record<string, Flag>;

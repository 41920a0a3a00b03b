// Whether AutoTokenizer of transformers 5 would cut text otherwise than tokenizer.json says, shown on texts: the pipeline of
// the class that it chooses is run beside the file's. Pipelines that are spelled alike are not run.
import { LabError } from '../../error';
import type { JsonObject } from '../json';
import { loadTokenizer } from '../loadTokenizer';
import type { Tokenizer } from '../Tokenizer';
import { canObey, chosenClass } from './chosenClass';
import { type ClassPipeline, classPipelines } from './classPipelines';

export interface OtherReading {
  /** What AutoTokenizer chooses. */
  readonly className: string;
  /** A text that is cut otherwise, by the file and by the class. */
  readonly text: string;
  readonly ids: readonly number[];
  readonly otherIds: readonly number[];
  /** How many of the probes are. */
  readonly differing: number;
  readonly probes: number;
  /** Whether a folder written with another class would be read as tokenizer.json says. */
  readonly canObey: boolean;
}

/** What pipelines differ in: digits and other numerals, letters of any case, contractions, spaces, line ends, marks, scripts, code. */
const PROBES = [
  'In 2024 there were 1234567 of them.',
  "I'll say it's WE'RE what they'd DON'T",
  'two  spaces,   three',
  ' leading and trailing ',
  'line one\nline two\n\n\tindented\r\nend',
  'def f(x):\n    return x**2 + 10  # ok',
  'CC(=O)Oc1ccccc1C(=O)O',
  'caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m',
  '有女名羅子，生來纔兩春。',
  'x=1.5e-10;y_2',
  'no. ① of Ⅷ, x² and ½, ४२ or ４２',
  '§ 12.3(a)--(b)…',
];

export function otherReading(
  tokenizer: Tokenizer,
  json: JsonObject,
  config: JsonObject | undefined,
  modelConfig?: JsonObject,
): OtherReading | null {
  const className = chosenClass(json, config, modelConfig);
  const pipeline = Object.hasOwn(classPipelines, className) ? classPipelines[className]!(config ?? {}) : undefined;
  const { type = 'BPE' } = json.model as JsonObject;
  if (pipeline === undefined || type !== 'BPE' || isSame(pipeline, json)) return null;
  const facts = { className, canObey: canObey(modelConfig) };
  const other = rebuilt(json, config, pipeline);
  const special = tokenizer.addedTokens.slice(0, 3).map(({ content }) => `one ${content}two ${content} three`);
  const probes = [...PROBES, ...special];
  const otherIds = (text: string): number[] => (other === null ? [] : [...other.encode(text).ids]);
  const differing = probes.filter((text) => !sameIds(tokenizer.encode(text).ids, otherIds(text)));
  const [text] = differing;
  if (text === undefined) return null;
  return {
    ...facts,
    text,
    ids: [...tokenizer.encode(text).ids],
    otherIds: otherIds(text),
    differing: differing.length,
    probes: probes.length,
  };
}

/**
 * tokenizer_config.json with the class that obeys, and with what the old class had by itself: names of tokens, the side that
 * is padded, and no `token_type_ids`, which transformers 4 else hands to models that know none.
 */
export function obeyingConfig(config: JsonObject, className: string, tokenizer: Tokenizer): JsonObject {
  const own = Object.hasOwn(classPipelines, className) ? classPipelines[className]!(config) : undefined;
  const named = Object.entries(own?.named ?? {}).filter(([, content]) => tokenizer.idOfPiece(content) !== undefined);
  return {
    ...Object.fromEntries(named),
    ...(own ? { padding_side: own.paddingSide ?? 'right' } : {}),
    model_input_names: ['input_ids', 'attention_mask'],
    ...config,
    // transformers 4 knows the class by its older name, and 5 by both.
    tokenizer_class: 'PreTrainedTokenizerFast',
  };
}

/** Null where the class cannot be made of this vocabulary. */
function rebuilt(json: JsonObject, config: JsonObject | undefined, pipeline: ClassPipeline): Tokenizer | null {
  const { vocab, merges } = json.model as JsonObject;
  const { normalizer, pre_tokenizer } = pipeline;
  const { unk_token, ...flags } = pipeline.model;
  const hasUnknown = typeof unk_token === 'string' && Object.hasOwn(vocab as JsonObject, unk_token);
  const model = { type: 'BPE', vocab, merges, ...flags, ...(hasUnknown ? { unk_token } : {}) };
  try {
    return loadTokenizer({ ...json, normalizer, pre_tokenizer, model }, config);
  } catch (error) {
    if (error instanceof LabError) return null;
    throw error;
  }
}

function isSame(pipeline: ClassPipeline, json: JsonObject): boolean {
  const { byte_fallback = false, fuse_unk = false, ignore_merges = false, unk_token = null } = json.model as JsonObject;
  const ofModel = { byte_fallback, fuse_unk, unk_token };
  const isByteLevel = pipeline.model.byte_fallback !== true;
  return (
    ignore_merges !== true &&
    (isByteLevel || spelled({ fuse_unk: false, unk_token: null, ...pipeline.model }) === spelled(ofModel)) &&
    spelled(pipeline.normalizer) === spelled(json.normalizer ?? null) &&
    spelled(pipeline.pre_tokenizer) === spelled(json.pre_tokenizer ?? null)
  );
}

/** JSON without what moves no id, in one order. */
function spelled(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(([name]) => name !== 'trim_offsets');
    if ((part as JsonObject).type === 'ByteLevel' && !('use_regex' in part)) entries.push(['use_regex', true]);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

const sameIds = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((id, at) => id === b[at]);

/**
 * Tensor names as tools save them, to the names of the causal model that the lab computes and transformers'
 * AutoModelForCausalLM reads. A body saved alone (AutoModel) lacks the prefix, a wrapper (DistributedDataParallel,
 * torch.compile, a multimodal model around a text model) puts another in front: what stands before the first layer's own
 * names is the prefix, whatever it is. Nothing but names is told from names: shapes are checked afterwards.
 */
import type { CheckpointParameter } from './build';

export interface SavedNames {
  /** By name in the file, the model's name; names that stay are not in it. */
  readonly renamed: ReadonlyMap<string, string>;
  /** What stood before the names of the body, and what stands there now; absent where that is the same. */
  readonly prefix?: { readonly found: string; readonly expected: string };
  /** A tied checkpoint that holds its one matrix under the head's name. */
  readonly headAsEmbedding?: { readonly head: string; readonly input: string };
}

/** As they are called in transformers' families. */
const HEADS: readonly string[] = ['lm_head.weight', 'embed_out.weight'];

/**
 * @param saved names in the file.
 * @param expected what the model needs; the head is left out where it is tied.
 */
export function savedNames(saved: Iterable<string>, expected: readonly CheckpointParameter[]): SavedNames {
  const names = new Set(saved);
  const wanted = new Set(expected.map(({ name }) => name));
  const renamed = new Map<string, string>();
  const taken = new Set(names);
  const rename = (from: string, to: string): void => {
    if (from === to || taken.has(to)) return;
    renamed.set(from, to);
    taken.add(to);
  };

  const prefix = prefixOf(names, expected);
  if (prefix) {
    for (const name of names) {
      const to = name.startsWith(prefix.found) ? prefix.expected + name.slice(prefix.found.length) : name;
      if (wanted.has(to)) rename(name, to);
    }
  }
  for (const head of HEADS) {
    const wrapped = [...names].filter((name) => name.endsWith(`.${head}`));
    if (wrapped.length === 1) rename(wrapped[0]!, head);
  }
  const isTied = expected.every(({ role }) => role !== 'outputVocabulary');
  const input = expected.find(({ role }) => role === 'inputVocabulary')!.name;
  const head = HEADS.find((name) => taken.has(name));
  if (!isTied || head === undefined || taken.has(input)) return { renamed, ...(prefix ? { prefix } : {}) };
  const from = [...renamed].find(([, to]) => to === head)?.[0] ?? head;
  renamed.set(from, input);
  return { renamed, ...(prefix ? { prefix } : {}), headAsEmbedding: { head: from, input } };
}

/** Told from the first tensor of the first layer, which no other part of a model has under that name. */
function prefixOf(names: ReadonlySet<string>, expected: readonly CheckpointParameter[]): SavedNames['prefix'] {
  const anchor = expected.find(({ role }) => role === 'body')!.name;
  if (names.has(anchor)) return undefined;
  const own = /(?:layers|h)\.0\..*$/.exec(anchor)![0];
  const found = [...names].filter((name) => name === own || name.endsWith(`.${own}`));
  if (found.length !== 1) return undefined;
  return { found: found[0]!.slice(0, -own.length), expected: anchor.slice(0, -own.length) };
}

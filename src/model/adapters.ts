/**
 * Low-rank adapters (LoRA, arXiv 2106.09685): y = W x + strength * B (A x), A [rank, in] and B [out, rank] beside a frozen
 * projection W. Names are peft's: targets are modules as the family calls them, fused projections whole, as peft adapts them.
 */
import { LabError } from '../error';
import type { FamilyName } from './familyNames';

export interface AdapterSettings {
  readonly rank: number;
  readonly alpha: number;
  /** Last names of modules, such as `q_proj`; absent: every projection of attention and feed-forward part. */
  readonly targets?: readonly string[];
  /** rsLoRA (arXiv 2312.03732): alpha over the root of the rank, so that large ranks learn as fast as small ones. */
  readonly rankStabilised: boolean;
}

/** A projection of the checkpoint with its adapter. */
export interface AdaptedMatrix {
  /** `model.layers.0.self_attn.q_proj`. */
  readonly module: string;
  /** Of the checkpoint: its weight. */
  readonly tensor: string;
  /** [out, in], or [in, out] as GPT-2's Conv1D lies. */
  readonly layout: 'outIn' | 'inOut';
  readonly strength: number;
  readonly rank: number;
  /** A [rank, in]. */
  readonly down: { readonly name: string; readonly shape: readonly [number, number] };
  /** B [out, rank]. */
  readonly up: { readonly name: string; readonly shape: readonly [number, number] };
}

const gated = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;

interface Adaptable {
  readonly targets: readonly string[];
  readonly layout: AdaptedMatrix['layout'];
}

const adaptable = {
  llama: { targets: gated, layout: 'outIn' },
  mistral: { targets: gated, layout: 'outIn' },
  qwen2: { targets: gated, layout: 'outIn' },
  qwen3: { targets: gated, layout: 'outIn' },
  // `c_proj` is the projection behind attention and that behind the feed-forward part.
  gpt2: { targets: ['c_attn', 'c_proj', 'c_fc'], layout: 'inOut' },
  gpt_neox: { targets: ['query_key_value', 'dense', 'dense_h_to_4h', 'dense_4h_to_h'], layout: 'outIn' },
  gemma3_text: { targets: gated, layout: 'outIn' },
} as const satisfies Record<FamilyName, Adaptable>;

/** Modules of a family that an adapter may stand beside, and how their matrices lie. */
export function adaptableOf(modelType: string): Adaptable {
  return adaptable[modelType as FamilyName];
}

export function adapterStrength({ rank, alpha, rankStabilised }: Omit<AdapterSettings, 'targets'>): number {
  return rankStabilised ? alpha / Math.sqrt(rank) : alpha / rank;
}

/** What of the settings does not go with the model. */
export type AdapterProblem =
  | { readonly field: 'targets'; readonly at: number; readonly target: string; readonly known: readonly string[] }
  | { readonly field: 'rank'; readonly rank: number; readonly most: number; readonly tensor: string };

/** As `CheckpointParameter`. */
interface AdaptableParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: string;
}

interface AdaptableModel {
  readonly config: { readonly modelType: string };
  readonly parameters: readonly AdaptableParameter[];
}

/** Undefined where every target is one of the family's and the rank within each of their matrices. */
export function adapterProblem(model: AdaptableModel, settings: AdapterSettings): AdapterProblem | undefined {
  const { targets: known } = adaptableOf(model.config.modelType);
  const targets = settings.targets ?? known;
  const at = targets.findIndex((target) => !known.includes(target));
  if (at >= 0) return { field: 'targets', at, target: targets[at]!, known };
  const { rank } = settings;
  const narrow = targetsOf(model, targets).find(({ shape }) => rank > Math.min(...shape));
  return narrow && { field: 'rank', rank, most: Math.min(...narrow.shape), tensor: narrow.name };
}

/** In the order of the checkpoint. Throws `model/bad-adapters`. */
export function adaptedMatrices(model: AdaptableModel, settings: AdapterSettings): AdaptedMatrix[] {
  const problem = adapterProblem(model, settings);
  if (problem) throw badAdapters(problem);
  const { targets, layout } = adaptableOf(model.config.modelType);
  const { rank } = settings;
  return targetsOf(model, settings.targets ?? targets).map(({ name, shape }) => {
    const module = moduleOf(name);
    const [first, second] = shape as [number, number];
    const [outSize, inSize] = layout === 'outIn' ? [first, second] : [second, first];
    return {
      module,
      tensor: name,
      layout,
      rank,
      strength: adapterStrength(settings),
      down: { name: `${module}.lora_A.weight`, shape: [rank, inSize] },
      up: { name: `${module}.lora_B.weight`, shape: [outSize, rank] },
    };
  });
}

function targetsOf({ parameters }: AdaptableModel, targets: readonly string[]): AdaptableParameter[] {
  return parameters.filter(({ name, role, shape }) => {
    return (
      role === 'body' &&
      shape.length === 2 &&
      name.endsWith('.weight') &&
      targets.includes(moduleOf(name).split('.').at(-1)!)
    );
  });
}

function moduleOf(weight: string): string {
  return weight.slice(0, -'.weight'.length);
}

/** As a LabError says it. */
export function adapterWords(problem: AdapterProblem): string {
  return problem.field === 'targets'
    ? `\`${problem.target}\` is no projection of this family; there are ${problem.known.join(', ')}`
    : `rank ${problem.rank} is larger than \`${problem.tensor}\`, whose smaller side is ${problem.most}`;
}

function badAdapters(problem: AdapterProblem): LabError {
  return new LabError('model/bad-adapters', `The adapters do not fit the model: ${adapterWords(problem)}.`, '', {
    ...problem,
  });
}

/**
 * Rows [first, first + rows) of W + strength * B A, f32, in place of those of W, added up in f64.
 * @param down A [rank, in], whole. @param up B [out, rank], whole.
 */
export function mergedRows(
  values: Float32Array,
  first: number,
  { layout, rank, strength, down, up }: Pick<AdaptedMatrix, 'layout' | 'rank' | 'strength' | 'down' | 'up'>,
  weights: { readonly down: Float32Array; readonly up: Float32Array },
): Float32Array {
  const [inSize, outSize] = [down.shape[1], up.shape[0]];
  const width = layout === 'outIn' ? inSize : outSize;
  const rows = values.length / width;
  const merged = new Float32Array(values.length);
  const sums = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const own = layout === 'outIn' ? weights.up[(first + row) * rank + k]! : weights.down[k * inSize + first + row]!;
      if (own === 0) continue;
      if (layout === 'outIn') for (let at = 0; at < width; at++) sums[at]! += own * weights.down[k * inSize + at]!;
      else for (let at = 0; at < width; at++) sums[at]! += own * weights.up[at * rank + k]!;
    }
    for (let at = 0; at < width; at++) merged[row * width + at] = values[row * width + at]! + strength * sums[at]!;
  }
  return merged;
}

/**
 * How a step is cut so that it fits: rows of a micro-batch, tokens whose logits are in memory at once, layers that are computed
 * again for the backward pass. The step stays the same: micro-batches and chunks change the order in which f32 gradients are
 * summed up, computing again changes no bit. Pure; what each choice needs is asked of whoever plans.
 */
import { lossChunk } from '../../model/index';
import { microBatchRowsOf } from '../training/batches';
import type { Sizes } from './sizes';
import type { Adaptation, StepChoice } from './stepCut';

export interface StepToCut {
  readonly batchRows: number;
  readonly rowLength: number;
  readonly layers: number;
  readonly vocabularyRows: number;
}

/** Of logits, instead of the 32 MB of `lossChunk`. */
const fewLogits = 8e6;

/**
 * The cheapest first. Chunks and micro-batches cost no arithmetic as long as there is enough in each to keep what computes busy;
 * half the layers again cost about a sixth of a step, all of them a third; small micro-batches on top come last.
 */
export function stepChoices(
  { batchRows, rowLength, layers, vocabularyRows }: StepToCut,
  { microBatchTokens, busyTokens, recomputes }: Pick<Sizes, 'microBatchTokens' | 'busyTokens' | 'recomputes'>,
): readonly StepChoice[] {
  const tokens = (rows: number): number => rows * rowLength;
  const rows = microBatchRowsOf(batchRows, rowLength, microBatchTokens);
  const halved = [rows];
  for (let next = rows; next > 1; halved.push(next)) {
    next = microBatchRowsOf(batchRows, rowLength, tokens(Math.floor(next / 2)));
  }
  const busy = halved.filter((some, at) => at === 0 || tokens(some) >= busyTokens);
  const small = halved.slice(busy.length);
  const chunk = lossChunk(vocabularyRows);
  const smallChunk = lossChunk(vocabularyRows, fewLogits);
  const cut = (microBatchRows: number, recomputedLayers: number): StepChoice => {
    const chunkTokens = smallChunk < tokens(microBatchRows) ? smallChunk : chunk;
    return { microBatchRows, chunkTokens, recomputedLayers };
  };
  const choices = [
    { microBatchRows: rows, chunkTokens: chunk, recomputedLayers: 0 },
    ...busy.map((some) => cut(some, 0)),
    ...(recomputes ? [cut(busy.at(-1)!, Math.ceil(layers / 2)), ...busy.map((some) => cut(some, layers))] : []),
    ...small.map((some) => cut(some, recomputes ? layers : 0)),
  ];
  return choices.filter((choice, at) => choices.findIndex((other) => isSame(other, choice)) === at);
}

/** The first that `plan` says fits; where none does, the last, which needs least. */
export function firstFitting<Planned extends { readonly fits: boolean }>(
  choices: readonly StepChoice[],
  plan: (choice: StepChoice, isLast: boolean) => Planned | undefined,
): Planned {
  for (const [at, choice] of choices.entries()) {
    const isLast = at === choices.length - 1;
    const planned = plan(choice, isLast);
    if (planned && (planned.fits || isLast)) return planned;
  }
  throw new Error('there was nothing to choose from');
}

/** What gave way of `first`. */
export function adaptations(choice: StepChoice, first: StepChoice): readonly Adaptation[] {
  const ways: Readonly<Record<Adaptation, keyof StepChoice>> = {
    chunk: 'chunkTokens',
    microBatch: 'microBatchRows',
    recomputation: 'recomputedLayers',
  };
  return (Object.keys(ways) as Adaptation[]).filter((way) => choice[ways[way]] !== first[ways[way]]);
}

function isSame(a: StepChoice, b: StepChoice): boolean {
  return adaptations(a, b).length === 0;
}

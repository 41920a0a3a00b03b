/**
 * How many tokens one pass of an evaluation takes, and what its program takes of a GPU's memory beside a training. A pass is as long as
 * what computes gains by, and shorter for a model of which that takes much. It follows from the model and what computes alone, not from
 * the memory there is: a run that goes on with more of it is scored to the same bit.
 */
import type { Graph, Tensor } from '../../engine/index';
import type { ModelGraphs } from './modelGraphs';
import type { Planner } from './planner';
import { engineSizes } from './sizes';

export interface ScoringPass {
  readonly tokens: number;
  readonly chunkTokens?: number;
  /** Of one program beside the weights. */
  readonly bytes: number;
}

const mostBytes = 64e6;
const fewTokens = 64;

/** The longest pass that takes at most `mostBytes`, else the one that takes least: a window, with the logits of few tokens at a time. */
export function scoringPass(graphs: ModelGraphs, planner: Planner): ScoringPass {
  const { kind } = planner.report;
  const window = windowLengthOf(graphs);
  const longest = Math.max(window, engineSizes[kind].evaluationTokens);
  // wasm runs programs one after the other in the same memory, of which a training step takes most.
  if (kind === 'processor') return { tokens: longest, bytes: 0 };
  const lengths = [longest];
  while (lengths.at(-1)! >= 2 * window) lengths.push(Math.max(window, Math.floor(lengths.at(-1)! / 2)));
  const passes = [...lengths.map((tokens) => ({ tokens })), { tokens: window, chunkTokens: fewTokens }];
  for (const [at, pass] of passes.entries()) {
    const bytes = bytesOf(graphs, pass, planner);
    if (bytes <= mostBytes || at === passes.length - 1) return { ...pass, bytes };
  }
  throw new Error('there was no pass to choose');
}

export function windowLengthOf({ config }: Pick<ModelGraphs, 'config'>): number {
  return Math.min(config.contextLength, 1024);
}

/** @param rowLength windows cross no multiple of so many tokens. */
export function scoringGraph(
  graphs: ModelGraphs,
  { tokens, chunkTokens }: Pick<ScoringPass, 'tokens' | 'chunkTokens'>,
  rowLength: number,
): { readonly graph: Graph; readonly tokenLoss: Tensor } {
  const { graph, outputs } = graphs.build(tokens, {
    ...{ outputs: 'loss', rowLength },
    ...(chunkTokens === undefined ? {} : { chunkTokens }),
  });
  return { graph, tokenLoss: outputs.tokenLoss! };
}

function bytesOf(graphs: ModelGraphs, pass: Pick<ScoringPass, 'tokens' | 'chunkTokens'>, planner: Planner): number {
  const { graph, tokenLoss } = scoringGraph(graphs, pass, pass.tokens);
  const { total, bytes } = planner.plan(graph, { parameters: graphs.parameters, outputs: [tokenLoss] });
  return total - bytes.parameters;
}

/** Parts of a training step and how they were timed, in words. */
import { msg } from '@lit/localize';
import type { StepPart, StepProfile } from '../../worker/index';

export function partName(part: StepPart): string {
  const names: Record<StepPart, () => string> = {
    linear: () => msg('Linear layers'),
    attention: () => msg('Attention'),
    head: () => msg('Head and loss'),
    norms: () => msg('Norms'),
    activations: () => msg('Activations'),
    rotary: () => msg('Rotary positions'),
    embedding: () => msg('Embedding'),
    sums: () => msg('Sums, moved columns'),
    optimizer: () => msg('Optimizer'),
    copies: () => msg('Copies in and out'),
    rest: () => msg('The rest'),
  };
  return names[part]();
}

/** What a part does in one step. */
export function partMeaning(part: StepPart): string {
  const meanings: Record<StepPart, () => string> = {
    linear: () => msg('Projections and feed-forward matrices: forward, towards the input, and their own gradients.'),
    attention: () => msg('Scores, softmax and weighted values, forward and backward, with the masks.'),
    head: () => msg('The vocabulary matrix and its cross-entropy, with their gradients.'),
    norms: () => msg('Forward and backward.'),
    activations: () => msg('Between the feed-forward matrices, forward and backward.'),
    rotary: () => msg('Turning queries and keys by their positions, and back.'),
    embedding: () => msg('Looking rows up, and adding up their gradients.'),
    sums: () => msg('Residual sums, and projections taken apart and put together.'),
    optimizer: () => msg('Norm of all gradients, clipping, AdamW.'),
    copies: () => msg('Weights into the memory of onnxruntime and gradients out of it, every step.'),
    rest: () => msg('What the whole step takes beyond the sum of its parts, such as waiting between them.'),
  };
  return meanings[part]();
}

export function methodText(method: StepProfile['method']): string {
  return method === 'timestamps'
    ? msg('Timed by the GPU’s own clock around each of its programs.')
    : msg('Each kind of operation is timed alone and counted as often as it occurs.');
}

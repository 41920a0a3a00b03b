/** A new token's row learns to stand for its old pieces (training/distillation.ts). Next tokens are measured, and learned by their share. */
import { nextToken } from './nextToken';
import type { Objective } from './objective';

export const distillation: Objective = {
  about: 'of each new token, the hidden states that its old pieces leave (Token Distillation)',
  reads: 'text',
  targets: nextToken.targets,
  isTaught: true,
};

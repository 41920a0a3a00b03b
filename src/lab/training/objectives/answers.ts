/** What the assistant says predicts itself, its end included; what it is asked is read and not learned. */
import { ignoredTarget } from '../../../engine/index';
import type { Objective } from './objective';

export const answers: Objective = {
  about: 'the answers of the instructions',
  reads: 'instructions',
  targets: ({ targets, answers: learned }) =>
    targets.map((target, at) => (learned?.[at] === 1 ? target : ignoredTarget)),
};

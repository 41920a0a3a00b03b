/** Every token of a document predicts the one that follows. */
import type { Objective } from './objective';

export const nextToken: Objective = {
  about: 'every next token of the text',
  reads: 'text',
  targets: ({ targets }) => targets,
};

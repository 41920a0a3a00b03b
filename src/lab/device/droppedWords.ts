/** In English: kernels that an adapter was found not to run rightly, and that everything goes on without them. */
import type { DroppedVariant, EngineReport } from '../../engine/index';

const causes: Readonly<Record<DroppedVariant['cause'], string>> = {
  wrong: 'computes wrong numbers here',
  failed: 'does not run here',
};

/** Empty where none was dropped. */
export function droppedWords({ dropped = [], matmulVariant }: Pick<EngineReport, 'dropped' | 'matmulVariant'>): string {
  if (dropped.length === 0) return '';
  const each = dropped.map(({ variant, cause, reason }) => `${variant} ${causes[cause]} (${reason.split('\n')[0]})`);
  return `kernels for matrix products left out: ${each.join('; ')}; everything goes on without them, with ${matmulVariant}`;
}

/** Forms that lie beside the base only add rows; where old tokens went, base and part would be another model. */
import { LabError } from '../../error';
import type { LoadedModel } from '../open/openModel';

/** Throws `graft/old-tokens-went`. */
export function requireOldTokens({ summary, rearranged }: LoadedModel, part: 'delta' | 'adapter'): void {
  if (!rearranged) return;
  const how = rearranged.restored ? 'New tokens took the rows of old ones' : 'Old tokens were taken out';
  throw new LabError(
    'graft/old-tokens-went',
    `${how}: base and ${part} would not be this model of ${summary.name}, since ${part === 'delta' ? 'a delta' : 'an adapter'} only adds rows.`,
    'Download the whole model.',
  );
}

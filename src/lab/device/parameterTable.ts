/**
 * One row for each parameter that an engine holds of a model: what it is called there, which rows of which tensor of the
 * checkpoint it holds, where its first values come from, and with which others training moves it. Upload, optimizer groups,
 * export, verification and saving go through these rows; no name is taken apart.
 */
import type { GraftPlan } from '../../graft/index';
import type { CheckpointParameter, StoredParameter } from '../../model/index';

/** What is trained together, at one rate: rows of new tokens, other rows, matrices, all else (norms, biases, positions), adapters. */
export type ParameterGroup = 'newRows' | 'oldRows' | 'body' | 'norms' | 'adapters';

export interface ParameterRow extends StoredParameter {
  /** Where its values come from before anything is trained. */
  readonly origin: 'checkpoint' | 'graft' | 'adapter';
  readonly group: ParameterGroup;
}

/** In the order given. A parameter holds new rows only, or none. */
export function parameterTable(
  stored: readonly StoredParameter[],
  graft: Pick<GraftPlan, 'firstNewId' | 'count'> | undefined,
): ParameterRow[] {
  return stored.map((parameter) => {
    const { firstRow, role } = parameter;
    if (role === 'adapter') return { ...parameter, origin: 'adapter', group: 'adapters' };
    if (!isVocabulary(parameter))
      return { ...parameter, origin: 'checkpoint', group: restGroup({ ...parameter, role }) };
    const isNew = graft !== undefined && firstRow >= graft.firstNewId && firstRow < graft.firstNewId + graft.count;
    return isNew
      ? { ...parameter, origin: 'graft', group: 'newRows' }
      : { ...parameter, origin: 'checkpoint', group: 'oldRows' };
  });
}

/** Of a parameter outside the vocabulary. Learned positions are rows too, which decay must not pull on. */
export function restGroup({ shape, role }: Pick<CheckpointParameter, 'shape' | 'role'>): 'body' | 'norms' {
  return shape.length > 1 && role !== 'positions' ? 'body' : 'norms';
}

function isVocabulary({ role }: Pick<StoredParameter, 'role'>): boolean {
  return role === 'inputVocabulary' || role === 'outputVocabulary';
}

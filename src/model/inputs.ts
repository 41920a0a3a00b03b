/**
 * The arrays a model graph reads, from packed documents. Rows end documents too (tokens of the next row never see those
 * of this one), so the graph has no batch dimension: all tokens lie in one line.
 */
import { LabError } from '../error';
import { ignoredTarget, type Inputs } from '../engine/index';

export interface PackedTokens {
  /** rows * rowLength ids. */
  readonly ids: Uint32Array;
  readonly rowLength: number;
  /** Lengths of the documents in order; they add up to the number of ids. One longer than its row is cut at the row's end. */
  readonly documentLengths: readonly number[];
  /** What each token should predict, or `ignoredTarget`; by default the next token of the same document and row. */
  readonly targets?: Uint32Array;
  /** Targets of the whole step, over all its micro-batches; by default those of these tokens. */
  readonly targetCount?: number;
  /** Tokens whose logits are wanted, for graphs with `selectedLogits`. */
  readonly selected?: Uint32Array;
}

/**
 * ids, positions, documentStart, documentEnd, targets, lossScale; tokens sorted by id (sortedTokens, sortedIds) and by
 * position (tokensByPosition, sortedPositions); selected, if given.
 */
export function modelInputs(packed: PackedTokens): Inputs & { readonly targets: Uint32Array } {
  const { ids, selected } = packed;
  const { documentStart, documentEnd, positions } = documentBounds(packed);
  const targets = packed.targets ?? nextTokens(ids, documentEnd);
  if (targets.length !== ids.length) {
    throw new LabError('model/bad-inputs', `There are ${targets.length} targets for ${ids.length} tokens.`);
  }
  const targetCount = packed.targetCount ?? countTargets(targets);
  return {
    ids,
    positions,
    documentStart,
    documentEnd,
    targets,
    lossScale: Float32Array.of(targetCount > 0 ? 1 / targetCount : 0),
    ...sortedPair(ids, 'sortedTokens', 'sortedIds'),
    ...sortedPair(positions, 'tokensByPosition', 'sortedPositions'),
    ...(selected ? { selected } : {}),
  };
}

/** Targets that count towards the loss. */
export function countTargets(targets: Uint32Array): number {
  let count = 0;
  for (const target of targets) if (target !== ignoredTarget) count++;
  return count;
}

/** Positions count from 0 in every document, and again after a row's end. */
function documentBounds({ ids, rowLength, documentLengths }: PackedTokens) {
  const tokens = ids.length;
  if (rowLength < 1 || tokens % rowLength !== 0) {
    throw new LabError('model/bad-inputs', `${tokens} tokens do not fill rows of ${rowLength}.`);
  }
  const documentStart = new Uint32Array(tokens);
  const documentEnd = new Uint32Array(tokens);
  const positions = new Uint32Array(tokens);
  let start = 0;
  for (const length of documentLengths) {
    const last = start + length;
    if (length < 1 || last > tokens) break;
    while (start < last) {
      const rowEnd = (Math.floor(start / rowLength) + 1) * rowLength;
      const end = Math.min(last, rowEnd);
      for (let token = start; token < end; token++) {
        documentStart[token] = start;
        documentEnd[token] = end;
        positions[token] = token - start;
      }
      start = end;
    }
  }
  if (start !== tokens) {
    throw new LabError('model/bad-inputs', `The document lengths cover ${start} of ${tokens} tokens.`);
  }
  return { documentStart, documentEnd, positions };
}

function nextTokens(ids: Uint32Array, documentEnd: Uint32Array): Uint32Array {
  return ids.map((_, token) => (token + 1 < documentEnd[token]! ? ids[token + 1]! : ignoredTarget));
}

/** A stable counting sort: an embedding's gradient adds up runs of one id, always in the same order. */
function sortedPair(ids: Uint32Array, tokensName: string, idsName: string): Record<string, Uint32Array> {
  let largest = 0;
  for (const id of ids) if (id > largest) largest = id;
  const next = new Uint32Array(largest + 2);
  for (const id of ids) next[id + 1]!++;
  for (let id = 0; id < largest; id++) next[id + 1]! += next[id]!;
  const sortedTokens = new Uint32Array(ids.length);
  const sortedIds = new Uint32Array(ids.length);
  for (const [token, id] of ids.entries()) {
    const at = next[id]!++;
    sortedTokens[at] = token;
    sortedIds[at] = id;
  }
  return { [tokensName]: sortedTokens, [idsName]: sortedIds };
}

/** new_tokens.json of an expanded folder: which of its tokens are new. */
import { readText, type FileTree } from '../../checkpoint/index';
import { LabError } from '../../error';
import type { NewToken } from '../vocabulary/vocabularySummary';

export const newTokensFile = 'new_tokens.json';

/** Empty where the folder has none. Throws `lab/new-tokens-file` where it cannot be read. */
export async function newTokensIn(tree: FileTree): Promise<readonly NewToken[]> {
  const source = tree.open(newTokensFile);
  return source ? parsed(await readText(source)) : [];
}

function isNewToken(value: unknown): value is NewToken {
  const { id, text, pieces } = (value ?? {}) as Partial<NewToken>;
  const isListed = Number.isSafeInteger(id) && typeof text === 'string' && Array.isArray(pieces);
  return isListed && pieces.every((piece) => Number.isSafeInteger(piece?.id));
}

function parsed(text: string): NewToken[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every(isNewToken)) return list;
  } catch {
    // Falls through to the refusal.
  }
  throw new LabError('lab/new-tokens-file', '`new_tokens.json` is not a list of tokens with ids.', 'Expand again.');
}

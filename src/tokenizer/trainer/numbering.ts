// Ids of new tokens after some have been left out.
import type { NewPiece } from '../model/model';

/** The same tokens with ids without gaps, in their order; merges name the new ids of their halves. */
export function numberedFrom<Token extends NewPiece>(tokens: readonly Token[], firstId: number): Token[] {
  const idOf = new Map(tokens.map(({ id }, index) => [id, firstId + index]));
  const renumbered = (id: number): number => idOf.get(id) ?? id;
  return tokens.map((token) => ({
    ...token,
    id: renumbered(token.id),
    ...(token.kind === 'merge' && { left: renumbered(token.left), right: renumbered(token.right) }),
  }));
}

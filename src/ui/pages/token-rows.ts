/** Which new tokens the table shows, and in which order. Pure. */
import type { TokenEvidence, TokensEvidence } from '../../worker/index';

export const shows = ['all', 'fed', 'starved', 'dearer'] as const;
export type Show = (typeof shows)[number];

export const sortKeys = ['exposures', 'loss', 'rank', 'probability', 'leakage', 'advantage', 'norm', 'text'] as const;
export type TokenSort = (typeof sortKeys)[number];

/** As the lab counts them: links, which longer tokens are built on, are neither fed nor starved. */
export function isStarvedRow({ exposures, isLink }: TokenEvidence, floor: number): boolean {
  return exposures !== null && exposures < floor && !isLink;
}

export const isDearer = ({ measured }: TokenEvidence): boolean => (measured?.advantage ?? 1) <= 0;

const isShown: Readonly<Record<Show, (token: TokenEvidence, floor: number) => boolean>> = {
  all: () => true,
  fed: ({ exposures }, floor) => exposures !== null && exposures >= floor,
  starved: isStarvedRow,
  dearer: isDearer,
};

const valueOf: Readonly<Record<TokenSort, (token: TokenEvidence) => number | string | null | undefined>> = {
  exposures: ({ exposures }) => exposures,
  loss: ({ measured }) => measured?.loss,
  rank: ({ measured }) => measured?.rank,
  probability: ({ measured }) => measured?.probability,
  leakage: ({ measured }) => measured?.leakage,
  advantage: ({ measured }) => measured?.advantage,
  norm: ({ norm }) => norm.input,
  text: ({ text }) => text,
};

export interface RowChoice {
  readonly show: Show;
  readonly search: string;
  readonly sort: TokenSort;
  readonly descending: boolean;
}

/** Tokens without the figure that is sorted by come last, whichever the direction. */
export function tokenRows(
  { tokens, summary }: Pick<TokensEvidence, 'tokens' | 'summary'>,
  { show, search, sort, descending }: RowChoice,
): TokenEvidence[] {
  const wanted = search.toLowerCase();
  const direction = descending ? -1 : 1;
  return tokens
    .filter((token) => isShown[show](token, summary.floor) && token.text.toLowerCase().includes(wanted))
    .sort((a, b) => {
      const [first, second] = [valueOf[sort](a) ?? null, valueOf[sort](b) ?? null];
      if (first === null || second === null) return Number(first === null) - Number(second === null) || a.id - b.id;
      return (first < second ? -direction : first > second ? direction : 0) || a.id - b.id;
    });
}

export function countsOf({ tokens, summary }: Pick<TokensEvidence, 'tokens' | 'summary'>): Record<Show, number> {
  const count = (show: Show) => tokens.filter((token) => isShown[show](token, summary.floor)).length;
  return { all: count('all'), fed: count('fed'), starved: count('starved'), dearer: count('dearer') };
}

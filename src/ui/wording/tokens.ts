/** What the evidence for new tokens says in words. */
import { msg, str } from '@lit/localize';
import type { EvidenceSummary, Indicator, TokensEvidence } from '../../worker/index';
import { count, signed } from '../format';
import { armName } from './arms';

export function indicatorName(indicator: Indicator): string {
  switch (indicator) {
    case 'short-input-row':
      return msg('its input row is short');
    case 'output-row-near-mean':
      return msg('its output row is near the mean of all');
  }
}

export function tokensHeadline({
  crossing,
  cheaper,
  priced,
  starved,
  counted,
  floor,
  tokens,
}: EvidenceSummary): string {
  const first =
    crossing.kind === 'at'
      ? msg(str`A new token is cheaper from about ${count(crossing.exposures)} exposures on`)
      : priced === 0
        ? msg(str`None of ${count(tokens)} new tokens could be priced`)
        : msg(str`${count(cheaper)} of ${count(priced)} new tokens are cheaper than their old pieces`);
  if (starved === null) return msg(str`${first}.`);
  return msg(str`${first}; ${count(starved)} of ${count(counted)} were seen fewer than ${count(floor)} times.`);
}

export function tokensLede({ control }: Pick<TokensEvidence, 'control'>): string {
  return control === null
    ? msg(
        'Where a token is right in held-out text, its price is compared with that of its old pieces, by the same model. Training no longer shows it the old pieces, so that nearly every token is cheaper than that.',
      )
    : msg(
        str`Where a token is right in held-out text, its price is compared with what ${armName(control)}, trained on the same text, asks for its old pieces.`,
      );
}

export const medianText = ({ medianAdvantage }: EvidenceSummary): string =>
  medianAdvantage === null ? '–' : signed(medianAdvantage, 2);

/** What a place of the page is called: one of the steps, or a page beside them. */
import { msg } from '@lit/localize';
import { PAGES, type PlaceName, type StepName } from '../state/route';
import { stepName } from './rail';

export const isStep = (place: PlaceName): place is StepName => !PAGES.some((page) => page === place);

export function placeName(place: PlaceName): string {
  if (isStep(place)) return stepName(place);
  return place === 'runs' ? msg('Runs') : msg('Report');
}

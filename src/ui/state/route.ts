/** The eight steps and the three pages beside them, and the address of each: a hash, so that a static host serves the page as it is. */
export const STEPS = ['model', 'corpus', 'diagnose', 'vocabulary', 'train', 'compare', 'try', 'download'] as const;
export type StepName = (typeof STEPS)[number];

export const PAGES = ['tokens', 'runs', 'report'] as const;
export type PageName = (typeof PAGES)[number];
export const PLACES = [...STEPS, ...PAGES] as const;
export type PlaceName = (typeof PLACES)[number];

const nameIn = (hash: string): string => hash.replace(/^#/, '').replace(/\?.*$/s, '');

export function placeOf(hash: string): PlaceName {
  return PLACES.find((place) => place === nameIn(hash)) ?? 'model';
}

/** What stands behind the place, as `spec` in `#train?spec=…`. */
export function parameterOf(hash: string, name: string): string | null {
  return new URLSearchParams(/\?(.*)$/s.exec(hash)?.[1] ?? '').get(name);
}

/** What stands behind the place in the address stays where the page is there already. */
export function goTo(place: PlaceName): void {
  if (placeOf(location.hash) !== place || location.hash === '') location.hash = place;
}

/** The eight steps and the address of each: a hash, so that a static host serves the page as it is. */
export const STEPS = ['model', 'corpus', 'diagnose', 'vocabulary', 'train', 'compare', 'try', 'download'] as const;
export type StepName = (typeof STEPS)[number];

export function stepOf(hash: string): StepName {
  const name = hash.replace(/^#/, '');
  return (STEPS as readonly string[]).includes(name) ? (name as StepName) : 'model';
}

export function goTo(step: StepName): void {
  location.hash = step;
}

/**
 * The experiment that Start would run, cut down: on a card that software imitates its least text takes ten minutes. What Start
 * runs untouched is in withoutGpu.test.ts and in Firefox as it comes. Done through the drawer, as a visitor would.
 */
import type { Page } from 'playwright';
import type { WrittenSpec } from '../../src/lab/index';
import { MINUTE } from './patience';

/** What opens the drawer, the text in it, and what takes the text over. */
export const drawer = {
  open: '[data-action="open-spec"]:not([disabled])',
  text: 'tg-spec-drawer .json textarea',
  use: '[data-action="use-spec"]:not([disabled])',
} as const;

/** Small steps, so that there are enough of them to learn from; little text to score. */
export function smallText(text: string): string {
  const spec = JSON.parse(text) as WrittenSpec;
  const batch = { rows: 1, length: 64 };
  return JSON.stringify({
    ...spec,
    budget: { bytes: 3000 },
    evaluation: { ...spec.evaluation, bytes: 2048, generalBytes: 1024, watchBytes: 512, points: 3 },
    arms: Object.fromEntries(
      Object.entries(spec.arms).map(([name, { stages, ...arm }]) => [
        name,
        stages ? { ...arm, stages: stages.map((stage) => ({ ...stage, batch })) } : arm,
      ]),
    ),
  });
}

/** Cuts down what Start would run. Throws where there is no way to do so. */
export async function useSmallExperiment(page: Page): Promise<void> {
  await page.click(drawer.open);
  await page.fill(drawer.text, smallText(await page.inputValue(drawer.text)));
  await page.click(drawer.use, { timeout: MINUTE });
}

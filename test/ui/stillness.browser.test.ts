/** Nothing that somebody reads moves up or down while an experiment trains, whatever the headline comes to say. */
import { page } from 'vitest/browser';
import { afterEach, expect, test } from 'vitest';
import { setLocale } from '../../src/ui/preferences';
import { until } from '../support/until';
import { click, find, shown } from './onPage';
import { openPage } from './openPage';

afterEach(async () => {
  find('tg-app')?.remove();
  await page.viewport(1440, 900);
  await setLocale('en');
});

const parts = ['.verdict .lede', 'tg-deck', '[data-panel="arms-grid"]', '[data-panel="curves"]'];

test.each([
  ['en', 390],
  ['en', 768],
  ['en', 1440],
  ['zh-Hans', 390],
  ['zh-Hans', 1440],
] as const)('%s, %i px wide', async (locale, width) => {
  await page.viewport(width, 900);
  await setLocale(locale);
  const state = openPage();
  await click('[data-action="start-sample"]:not([disabled])');
  await click('[data-action="start"]:not([disabled])');
  await shown('[data-run="running"]');
  await shown('[data-panel="curves"]');
  const tops = new Map(parts.map((part) => [part, new Set<number>()]));
  const headlines = new Set<string>();
  let isOver = false;
  const look = () => {
    if (isOver) return;
    headlines.add(find('h1')!.textContent.trim());
    for (const part of parts) tops.get(part)!.add(Math.round(find(part)!.getBoundingClientRect().top + scrollY));
    requestAnimationFrame(look);
  };
  look();
  await until(() => expect(state.experiment?.state).toBe('finished'));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  isOver = true;
  // Several were said: of each arm, on the way, and the verdict.
  expect(headlines.size).toBeGreaterThan(3);
  expect(Object.fromEntries([...tops].map(([part, seen]) => [part, seen.size]))).toEqual(
    Object.fromEntries(parts.map((part) => [part, 1])),
  );
});

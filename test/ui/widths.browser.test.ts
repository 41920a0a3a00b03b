/** Headlines and charts at every width: a number stays in one line, and a wide window is made use of. */
import { page } from 'vitest/browser';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setLocale } from '../../src/ui/preferences';
import type { LabState } from '../../src/ui/state/lab-state';
import { click, find, shown } from './onPage';
import { openPage } from './openPage';
import { until } from '../support/until';

const widths = [360, 390, 520, 768, 1024, 1440];
const steps = ['diagnose', 'vocabulary', 'train', 'compare', 'try', 'download'];
const number = /[−+]?\d[\d.,]*(?:\s?%|[\s](?:KB|MB|bits?))?/gu;
let state: LabState;

beforeEach(async () => {
  state = openPage();
  await click('[data-action="start-sample"]:not([disabled])');
  await click('[data-action="start"]:not([disabled])');
  await shown('[data-run="finished"]');
  await until(() => expect(state.hasTrained).toBe(true));
});
afterEach(async () => {
  find('tg-app')?.remove();
  await page.viewport(1440, 900);
  await setLocale('en');
});

const frames = async (count: number) => {
  for (let at = 0; at < count; at++) await new Promise((resolve) => requestAnimationFrame(resolve));
};

/** Numbers of a headline that stand in two lines. */
function brokenNumbers(headline: Element): string[] {
  const texts = document.createTreeWalker(headline, NodeFilter.SHOW_TEXT);
  const broken: string[] = [];
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    for (const { 0: found, index } of text.data.matchAll(number)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + found.length);
      const tops = [...range.getClientRects()].map(({ top }) => Math.round(top));
      if (Math.max(...tops) - Math.min(...tops) > 4) broken.push(found);
    }
  }
  return broken;
}

test.each(['en', 'zh-Hans'] as const)('no headline breaks inside a number: %s', async (locale) => {
  await setLocale(locale);
  let numbers = 0;
  for (const step of steps) {
    location.hash = step;
    await shown(`main[data-step="${step}"]`);
    for (const width of widths) {
      await page.viewport(width, 900);
      await frames(2);
      const headline = find('main h1')!;
      numbers += [...headline.textContent!.matchAll(number)].length;
      expect(brokenNumbers(headline), `${step} at ${width}: ${headline.textContent}`).toEqual([]);
    }
  }
  expect(numbers).toBeGreaterThan(10);
});

test('a number that is broken would be found', async () => {
  await setLocale('en');
  const headline = document.createElement('h1');
  headline.style.cssText = 'width: 40px; overflow-wrap: anywhere; font-size: 30px; margin: 0';
  headline.textContent = '1234567 %';
  document.body.append(headline);
  expect(brokenNumbers(headline)).toEqual(['1234567 %']);
  headline.remove();
});

test('a window of 2200 pixels is used by charts', async () => {
  const widest = async (width: number) => {
    await page.viewport(width, 1200);
    await frames(20);
    return Math.max(...[...document.querySelectorAll('main svg')].map((svg) => svg.getBoundingClientRect().width));
  };
  for (const step of ['train', 'compare']) {
    location.hash = step;
    await shown(`main[data-step="${step}"]`);
    expect(await widest(2200), step).toBeGreaterThan(1.3 * (await widest(1440)));
  }
});

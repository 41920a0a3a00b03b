/** The Tokens page in a real browser, on the fake lab. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import '../../src/ui/app';
import { setLocale } from '../../src/ui/preferences';
import { LabState } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import { fakeLab } from './fakeLab';
import { click, find, shown } from './onPage';
import { until } from '../support/until';

let state: LabState;

/** The newest kept experiment, with its graft held. */
async function open(): Promise<void> {
  location.hash = 'tokens';
  const app = document.createElement('tg-app');
  document.body.append(app);
  state = new LabState(fakeLab({ tick: 0, experiments: 3 }));
  app.start(state);
  await state.open();
  await until(() => expect(state.kept.present.length).toBeGreaterThan(0));
  await state.openKept(state.kept.present[0]!);
  location.hash = 'tokens';
}

const texts = (selector: string) => [...document.querySelectorAll(selector)].map((each) => each.textContent.trim());
const column = (at: number) => texts(`.token-table .vrow > :nth-child(${at})`);
const numbers = (at: number) => column(at).map((text) => Number(text.replaceAll(',', '').replace('−', '-')));
const rowCount = () => Number(find('.token-table')!.getAttribute('aria-rowcount')) - 1;

beforeEach(async () => {
  await setLocale('en');
  await open();
});
afterEach(() => {
  find('tg-app')?.remove();
  location.hash = '';
});

test('measures when asked to, sorts, filters and finds', async () => {
  await click('[data-action="measure-tokens"]');
  await shown('.token-table .vrow');
  expect(find('h1')!.textContent).toMatch(/exposures on; \d+ of \d+ were seen fewer than 100 times\./);
  const all = rowCount();
  expect(all).toBeGreaterThan(20);
  const descending = (values: number[]) => [...values].sort((a, b) => b - a);
  expect(numbers(2)).toEqual(descending(numbers(2)));
  await click('[data-sort="advantage"]');
  await until(() => expect(numbers(7)).toEqual(descending(numbers(7))));
  await click('[data-sort="advantage"]');
  await until(() => expect(numbers(7)).toEqual(descending(numbers(7)).reverse()));

  const show = (label: string) =>
    [...document.querySelectorAll<HTMLButtonElement>('.tools .seg button')].find((key) =>
      key.textContent.trim().startsWith(label),
    )!;
  for (const label of ['Fed', 'Starved', 'Cheaper as pieces']) {
    const told = Number(/\d+$/.exec(show(label).textContent.trim())![0]);
    show(label).click();
    await until(() => expect(rowCount()).toBe(told));
    expect(told).toBeLessThan(all);
  }
  show('All').click();
  const search = find<HTMLInputElement>('.tools input[type="search"]')!;
  search.value = 'no such token';
  search.dispatchEvent(new Event('input'));
  await until(() => expect(rowCount()).toBe(0));
  expect(find('.token-table')!.textContent).toContain('No token matches.');
});

test('shows one token from its row or its dot: places, and rows near its own', async () => {
  await click('[data-action="measure-tokens"]');
  await shown('.token-table .vrow');
  expect(find('[data-panel="token"]')).toBeNull();
  await click('.token-table .vrow');
  const panel = await shown('[data-panel="token"]');
  await until(() => expect(panel.textContent).toContain('Nearest now'));
  expect(texts('[data-panel="token"] .places li').length).toBe(6);
  expect(panel.textContent).toContain('Where it helped least');
  expect(find('tg-advantage .note')!.textContent).toContain('exposures');

  const svg = find('tg-advantage svg')!;
  const dots = [...svg.querySelectorAll('circle')];
  const dot = dots[5]!.getBoundingClientRect();
  const [x, y] = [dot.x + dot.width / 2, dot.y + dot.height / 2];
  const before = panel.querySelector('h2')!.textContent;
  svg.dispatchEvent(new MouseEvent('click', { clientX: x, clientY: y, bubbles: true }));
  await until(() => expect(find('[data-panel="token"] h2')!.textContent).not.toBe(before));
});

test('draws the course of all tokens, and of the chosen one, with a table to save', async () => {
  await click('[data-action="measure-tokens"]');
  const panel = await shown('[data-panel="course"]');
  expect(panel.querySelector('tg-course .note')!.textContent).toMatch(/median is above zero|not above zero/);
  const paths = () => panel.querySelectorAll('tg-course path[stroke="var(--accent)"]').length;
  const tokens = state.slots.evidence.status === 'ready' ? state.slots.evidence.value.tokens : [];
  expect(paths()).toBe(tokens.length);
  await click('.token-table .vrow');
  await until(() => expect(paths()).toBe(tokens.length + 1));
  expect(find('[data-panel="token"]')!.textContent).toContain('Over the training');
  const { table } = panel.querySelector('tg-course')!.figure(600);
  expect(table.rows).toHaveLength(tokens.length + 1);
});

test('prunes the starved into one more arm, which Train would run', async () => {
  await click('[data-action="measure-tokens"]');
  await shown('.token-table .vrow');
  const arms = Object.keys(state.experiment!.spec.arms);
  await click('[data-action="prune-starved"]');
  await until(() => expect(location.hash).toBe('#train'));
  const { spec } = state.desk;
  const [added] = Object.keys(spec!.arms).filter((name) => !arms.includes(name));
  expect(added).toMatch(/, pruned$/);
  expect(spec!.arms[added!]!.vocabulary!.turnedDown!.length).toBeGreaterThan(0);
});

test('says where to go while nothing is trained', async () => {
  find('tg-app')!.remove();
  location.hash = 'tokens';
  const app = document.createElement('tg-app');
  document.body.append(app);
  app.start(new LabState(fakeLab({ tick: 0 })));
  await until(() => expect(find('tg-page-tokens')?.textContent).toContain('No trained arm is open.'));
  expect(find('[data-action="measure-tokens"]')).toBeNull();
  expect(find('tg-page-tokens a[href="#train"]')).not.toBeNull();
});

test('shows what training did to what the model knew', async () => {
  await click('[data-action="measure-harm"]');
  await shown('[data-panel="harm-worst"] .harm-text');
  expect(find('.harm-said')!.textContent).toBe('General text costs 0.290 bits per byte more than before training.');
  expect(texts('[data-after]')).toHaveLength(3);
  expect(find('[data-after="general base"] .num')!.textContent).toContain('3.90 · 2.60');
  expect(texts('.harm-places li')[0]).toContain('81');
  const fresh = [...document.querySelectorAll('.harm-text .heat-text .fresh')];
  expect(fresh.length).toBeGreaterThan(0);
  expect(find('.harm-text h3')!.textContent).toContain('+0.90 bits per byte');
});

test('samples the arm, its control and the base in Try, and draws what is valid', async () => {
  location.hash = 'try';
  await shown('[data-setting="notation"]');
  const notation = find<HTMLSelectElement>('[data-setting="notation"]')!;
  expect([...notation.options].map(({ value }) => value)).toEqual([
    '',
    'molecules',
    'chess',
    'latex',
    'protein',
    'nucleotides',
  ]);
  await click('[data-action="sample-field"]');
  await shown('[data-field-arm] img.drawn');
  const arms = [...document.querySelectorAll('[data-field-arm]')];
  const valid = arms.map((arm) => Number.parseInt(arm.querySelector('.field-share b')!.textContent, 10));
  expect(valid[0]).toBe(0);
  expect(Math.abs(valid[1]! - 74)).toBeLessThan(3);
  expect(Math.abs(valid[2]! - 71)).toBeLessThan(3);
  // What is not valid is shown as it is, with what the parser says.
  expect(arms[0]!.querySelector('.field-sample.refused .st')!.textContent).toBe('extra open parentheses');
  expect(arms[0]!.querySelector('img.drawn')).toBeNull();
});

test('asks the arm, its control and the base for words left out of the text, and says who chose what', async () => {
  location.hash = 'try';
  await click('[data-action="ask-cloze"]');
  await shown('[data-cloze-arm]');
  const right = texts('[data-cloze-arm] .field-share b').map((text) => Number.parseInt(text, 10));
  expect(right).toHaveLength(3);
  for (const [at, expected] of [30, 61, 67].entries()) expect(Math.abs(right[at]! - expected)).toBeLessThan(3);
  const first = find('.cloze > li')!;
  expect(first.querySelector('.passage')!.textContent).toContain('each \u2003\u2003 hereby grants');
  const choices = [...first.querySelectorAll('ul li')];
  expect(choices).toHaveLength(4);
  // The word that stands there is marked, and every arm stands behind the word that it chose.
  expect(choices.filter((each) => each.matches('.right')).map((each) => each.querySelector('b')!.textContent)).toEqual([
    'Licensor',
  ]);
  expect(choices[0]!.querySelector('.note')!.textContent).toContain('base');
});

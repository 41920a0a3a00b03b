/** What a visitor may choose beside the way and the size, in a real browser, on the fake lab: conversations, and whose rows new tokens take. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import '../../src/ui/app';
import { setLocale } from '../../src/ui/preferences';
import { LabState } from '../../src/ui/state/lab-state';
import { valueOf } from '../../src/ui/state/slot';
import '../../src/ui/styles/page.css';
import { fakeLab } from './fakeLab';
import { click, find, shown } from './onPage';
import { until } from '../support/until';

let state: LabState;

beforeEach(async () => {
  await setLocale('en');
  location.hash = '';
  const app = document.createElement('tg-app');
  document.body.append(app);
  state = new LabState(fakeLab({ tick: 0 }));
  app.start(state);
  await state.open();
  await state.startWithSample();
});
afterEach(() => {
  find('tg-app')?.remove();
  location.hash = '';
});

const presets = () => [...document.querySelectorAll<HTMLElement>('[data-preset]')].map((each) => each.dataset.preset);

test('conversations that are opened are told, offer one more question to ask, and take it along when they go', async () => {
  location.hash = 'train';
  await shown('[data-preset]');
  expect(presets()).not.toContain('instruction-tuning');
  location.hash = 'corpus';
  await click('[data-instructions]');
  const read = await shown('[data-read]');
  expect(read.textContent).toMatch(/1,250 conversations, 127 of them held out/);
  expect(read.querySelectorAll('.excerpts li')).toHaveLength(2);
  location.hash = 'train';
  await click('[data-preset="instruction-tuning"]');
  await until(() => expect(state.desk.spec?.instructions).toEqual({ sample: 'molecule-questions' }));
  const stages = Object.values(state.desk.spec!.arms).map((arm) =>
    (arm.stages ?? []).map(({ objective }) => objective),
  );
  expect(stages).toContainEqual(['answers']);
  expect(stages).toContainEqual([undefined, 'answers']);
  location.hash = 'corpus';
  await click('[data-action="close-instructions"]');
  location.hash = 'train';
  await until(() => expect(presets()).not.toContain('instruction-tuning'));
});

test('new tokens take the rows of old ones where that is chosen, and what it costs is told', async () => {
  location.hash = 'vocabulary';
  const room = await shown<HTMLSelectElement>('#room');
  const choose = (value: string) => {
    room.value = value;
    room.dispatchEvent(new Event('change', { bubbles: true }));
  };
  choose('2');
  const removed = await shown('[data-removed]');
  expect(removed.textContent).toMatch(/× \d/);
  const { removal, newTokens } = valueOf(state.slots.vocabulary)!;
  expect(removal!.removed).toBe(newTokens.length);
  expect(find('tg-room-choice')!.textContent).toContain(`${removal!.removed} of ${removal!.free} old tokens`);
  expect(find('h1')!.parentElement!.textContent).toContain('old tokens gave theirs');
  choose('0');
  await until(() => expect(find('[data-removed]')).toBeNull());
  await until(() => expect(valueOf(state.slots.vocabulary)?.newTokens.length).toBeGreaterThan(0));
  expect(valueOf(state.slots.vocabulary)!.removal).toBeUndefined();
});

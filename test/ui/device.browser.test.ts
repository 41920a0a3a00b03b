/** The card of the device in a real browser, on the fake lab: kernels that were left out, in both languages. */
import { afterEach, expect, test } from 'vitest';
import '../../src/ui/app';
import { setLocale } from '../../src/ui/preferences';
import { LabState } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import { fakeLab } from './fakeLab';
import { find, shown } from './onPage';
import { until } from '../support/until';

const dropped = [
  { variant: 'block128', cause: 'wrong', reason: 'wrong: linear' },
  {
    variant: 'subgroup',
    cause: 'failed',
    reason: 'The kernel matmulSubgroup does not compile on this adapter\nat 3:4',
  },
] as const;

async function open(lab: ReturnType<typeof fakeLab>): Promise<void> {
  location.hash = 'model';
  const app = document.createElement('tg-app');
  document.body.append(app);
  const state = new LabState(lab);
  app.start(state);
  await state.open();
}

afterEach(async () => {
  find('tg-app')?.remove();
  location.hash = '';
  await setLocale('en');
});

test('kernels that were left out are named with why, and that training goes on, in both languages', async () => {
  await open(fakeLab({ tick: 0, dropped }));
  const note = await shown('[data-dropped-note]');
  expect(note.textContent).toBe(
    'Matrix products wrong here, left out: block128. ' +
      'Matrix products that do not run here, left out: subgroup. ' +
      'Training goes on with lane, as exactly.',
  );
  expect(find('[data-dropped]')!.textContent).toBe('2');
  await setLocale('zh-Hans');
  await until(() =>
    expect(find('[data-dropped-note]')!.textContent).toContain('无法运行、已停用的矩阵乘法：subgroup。'),
  );
  expect(find('[data-dropped-note]')!.textContent).toContain('训练改用 lane，同样精确');
});

test('nothing is said of kernels where none was left out', async () => {
  await open(fakeLab({ tick: 0 }));
  await shown('[data-self-test="pass"]');
  expect(find('[data-dropped-note]')).toBeNull();
});

test('training is not said to go on where nothing is right', async () => {
  await open(fakeLab({ tick: 0, available: false, dropped }));
  const note = await shown('[data-dropped-note]');
  expect(note.textContent).not.toContain('Training goes on');
  expect(note.textContent).toContain('block128');
});

/** Runs, Report and the specification drawer in a real browser, on the fake lab. */
import { page } from 'vitest/browser';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unzipSync } from 'fflate';
import '../../src/ui/app';
import { listAxis } from '../../src/ui/pages/runs-rows';
import { setLocale, setTheme } from '../../src/ui/preferences';
import { LabState } from '../../src/ui/state/lab-state';
import { specText, specToLink } from '../../src/ui/state/spec-link';
import '../../src/ui/styles/page.css';
import type { UnreadableExperiment, WrittenSpec } from '../../src/worker/index';
import { fakeLab } from './fakeLab';
import { click, find, shown } from './onPage';
import { until } from '../support/until';

let state: LabState;
let removed: string[];

async function open(hash: string, experiments = 3, unreadable: readonly UnreadableExperiment[] = []): Promise<void> {
  location.hash = hash;
  const lab = fakeLab({ tick: 0, experiments });
  removed = [];
  const remove = lab.removeExperiment.bind(lab);
  lab.removeExperiment = async (id) => {
    removed.push(id);
    await remove(id);
  };
  const list = lab.experiments.bind(lab);
  lab.experiments = async () => ({
    ...(await list()),
    unreadable: unreadable.filter(({ id }) => !removed.includes(id)),
  });
  const app = document.createElement('tg-app');
  document.body.append(app);
  state = new LabState(lab);
  app.start(state);
  void state.open();
}

/** What a click puts on the disk. */
async function saved(key: string): Promise<File> {
  const files: File[] = [];
  const make = URL.createObjectURL.bind(URL);
  const spies = [
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
      if (file instanceof File) files.push(file);
      return make(file);
    }),
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined),
  ];
  await click(key);
  await until(() => expect(files).toHaveLength(1));
  for (const spy of spies) spy.mockRestore();
  return files[0]!;
}

beforeEach(async () => {
  localStorage.removeItem('tokengraft.predictions');
  await setLocale('en');
});
afterEach(async () => {
  vi.restoreAllMocks();
  find('tg-app')?.remove();
  setTheme('system');
  await setLocale('en');
  if (location.hash) {
    const moved = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    location.hash = '';
    await moved;
  }
});

describe('Runs', () => {
  test('an experiment stands with its outcome, its prediction and what was done of it', async () => {
    await open('#runs');
    const row = await shown('[data-experiment="molecules"]');
    for (const text of ['Expand for speed', '+0.09', 'held', '4 arms, 3 seeds', '41.0\u00a0MB'])
      expect(row.textContent).toContain(text);
    expect(find('[data-score]')!.textContent).toBe('1 of 2 predictions held; experiments so far: 3.');
    expect(find('.badge.runs')!.textContent).toContain('3');
  });

  test('on a phone a row’s keys end where its values do', async () => {
    await page.viewport(390, 900);
    await open('#runs');
    const row = await shown('[data-experiment="molecules"]');
    for (const theme of ['light', 'dark'] as const) {
      setTheme(theme);
      const right = (selector: string) => row.querySelector(selector)!.getBoundingClientRect().right;
      expect(right('[data-action="delete"]'), theme).toBe(right('td.num:nth-child(6)'));
      expect(right('[data-action="delete"]'), theme).toBe(right('.pick-cell'));
    }
    await page.viewport(1440, 900);
  });

  test('ticked ones are laid over each other in one chart', async () => {
    await open('#runs');
    await until(() => expect(document.querySelectorAll('[data-panel="overlay"] .series')).toHaveLength(3));
    await click('[data-experiment="rows"] .check');
    await until(() => expect(document.querySelectorAll('[data-panel="overlay"] .series')).toHaveLength(5));
    expect(find('[data-panel="overlay"]')!.textContent).toContain('old vocabulary · Molecules, embeddings only');
  });

  test('on a phone the tick box ends where the row does, and no shading lies under a figure', async () => {
    await page.viewport(390, 844);
    await open('#runs');
    const row = await shown('[data-experiment="molecules"]');
    const right = (selector: string) => Math.round(row.querySelector(selector)!.getBoundingClientRect().right);
    expect(right('.check')).toBe(right('.name'));
    expect(right('.row-plot rect')).toBeLessThanOrEqual(right('.row-plot svg'));
    expect(right('.row-plot svg')).toBeLessThan(
      Math.round(row.querySelector('.row-plot .num')!.getBoundingClientRect().left),
    );
    await page.viewport(1440, 900);
  });

  test('the axis of all rows holds the margin of each, so that no shading reaches beyond its plot', async () => {
    const first = (await fakeLab({ experiments: 1 }).experiments()).kept[0]!;
    const comparisons = first.report.comparisons.map((each) => ({ ...each, marginBits: 0.4 }));
    expect(listAxis([first]).high).toBeLessThan(0.4);
    expect(listAxis([first, { ...first, report: { ...first.report, comparisons } }]).high).toBeGreaterThanOrEqual(0.4);
  });

  test('a deleted one comes back with Undo, and goes for good when the visitor leaves', async () => {
    await open('#runs');
    await click('[data-experiment="rows"] [data-action="delete"]');
    const undo = await shown('[data-deleted="rows"] [data-action="undo"]');
    expect(document.activeElement).toBe(undo);
    undo.click();
    await shown('[data-experiment="rows"]');
    await click('[data-experiment="licences"] [data-action="delete"]');
    await shown('[data-deleted="licences"]');
    expect(removed).toEqual([]);
    location.hash = '#model';
    await until(() => expect(removed).toEqual(['licences']));
    location.hash = '#runs';
    await shown('[data-experiment="molecules"]');
    expect(find('[data-experiment="licences"], [data-deleted]')).toBeNull();
    // The score keeps what was deleted.
    expect(find('[data-score]')!.textContent).toContain('experiments so far: 3');
  });

  test('one that cannot be read is told of with the reason, and goes when it is deleted', async () => {
    const error = { code: 'lab/other-run', message: 'Run otherwise.', hint: 'Take it away.' };
    await open('#runs', 1, [{ id: 'lost', name: 'Older', error: { ...error, details: {}, stack: undefined } }]);
    const key = await shown<HTMLButtonElement>('.alert [data-action="delete"]');
    expect(key.closest('.alert')!.textContent).toMatch(/“Older” cannot be read\.\s+Run otherwise/u);
    key.focus();
    key.click();
    await shown('.alert [data-action="undo"]');
    expect(document.activeElement).toBe(key);
    location.hash = '#model';
    await until(() => expect(removed).toEqual(['lost']));
    location.hash = '#runs';
    await shown('[data-experiment="molecules"]');
    expect(find('.alert')).toBeNull();
  });

  test('ticked ones are saved in three forms', async () => {
    await open('#runs');
    const file = await saved('[data-form="csv"]:not([disabled])');
    expect(file.name).toBe('do-molecules-deserve-tokens-of-their-own.csv');
    expect((await file.text()).split('\r\n')[0]).toContain('heldOutBitsPerByte');
    const zip = await saved('[data-form="tensorboard"]:not([disabled])');
    expect(Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer()))).length).toBeGreaterThan(8);
  });

  test('one is opened as the experiment of the page', async () => {
    await open('#runs');
    await click('[data-experiment="molecules"] .row-name');
    await click('[data-action="open"]');
    await until(() => expect(state.experiment?.id).toBe('molecules'));
    expect([state.experiment!.state, state.experiment!.share]).toEqual(['finished', 1]);
    expect(state.experiment!.run({ arm: 'old vocabulary', seed: 2 })!.evaluations.length).toBeGreaterThan(5);
    expect(location.hash).toBe('#compare');
  });

  test('without any, the page says what will stand there and leads on', async () => {
    await open('#runs', 0);
    await shown('[data-action="start-sample"]');
    expect(find('h1')!.textContent).toContain('No runs yet.');
    expect(find('[data-panel="runs"]')!.textContent).toContain('experiment.json');
  });
});

describe('the report', () => {
  test('is saved as one light HTML file, whatever the theme of the page', async () => {
    setTheme('dark');
    await open('#report?id=molecules');
    const file = await saved('[data-save="html"]:not([disabled])');
    expect(file.name).toBe('do-molecules-deserve-tokens-of-their-own.html');
    const page = new DOMParser().parseFromString(await file.text(), 'text/html');
    expect(page.querySelectorAll('figure svg')).toHaveLength(2);
    expect(page.querySelector('figure svg .figure-ground, figure svg rect')!.getAttribute('fill')).toBe(
      'rgb(255, 255, 255)',
    );
    expect(page.querySelector('h1')!.textContent).toContain('expand for speed');
    expect(document.documentElement.dataset['theme']).toBe('dark');
  });

  test('is saved as Markdown with its figures and the specification beside it', async () => {
    await open('#report?id=rows');
    const zip = unzipSync(new Uint8Array(await (await saved('[data-save="markdown"]:not([disabled])')).arrayBuffer()));
    expect(Object.keys(zip).sort()).toEqual(['curves.svg', 'differences.svg', 'experiment.json', 'report.md']);
    expect(JSON.parse(new TextDecoder().decode(zip['experiment.json']))).toEqual(state.kept.one('rows')!.spec);
  });

  test('prints light, and the page takes its theme again', async () => {
    setTheme('dark');
    await open('#report');
    await shown('.sheet');
    dispatchEvent(new Event('beforeprint'));
    expect(document.documentElement.dataset['theme']).toBe('light');
    dispatchEvent(new Event('afterprint'));
    expect(document.documentElement.dataset['theme']).toBe('dark');
  });

  test('speaks Chinese', async () => {
    await setLocale('zh-Hans');
    await open('#report?id=molecules');
    expect((await shown('.sheet h1')).textContent).toBe('比特没有更少，但词元少 44\u00a0%：为速度扩充。');
  });
});

describe('the specification drawer', () => {
  const area = () => find<HTMLTextAreaElement>('tg-spec-drawer .json textarea')!;
  const write = (text: string) => {
    area().value = text;
    area().dispatchEvent(new Event('input'));
  };

  test('what is wrong is said by its path, and a specification is used only without it', async () => {
    await open('#runs');
    await click('[data-action="specification"]');
    const spec = JSON.parse(area().value) as WrittenSpec;
    write(specText({ ...spec, seeds: [0.5], nonsense: 1 }));
    await until(() => expect(find('#spec-problems')!.textContent).toContain('seeds[0]'));
    expect(find('#spec-problems')!.textContent).toContain('nonsense');
    expect(find('.mend')!.textContent).toBe('2 fields to mend');
    expect(find<HTMLButtonElement>('[data-action="use-spec"]')!.disabled).toBe(true);
    write(specText({ ...spec, seeds: [7] }));
    await click('[data-action="use-spec"]:not([disabled])');
    await until(() => expect(state.desk.ownSpec?.seeds).toEqual([7]));
    expect(location.hash).toMatch(/^#train\?spec=/);
    expect(find<HTMLDialogElement>('tg-spec-drawer dialog')!.open).toBe(false);
  });

  test('a field is changed by its control, and what is wrong with it stands beside it', async () => {
    await open('#runs');
    await click('[data-action="specification"]');
    const field = (path: string) => find<HTMLElement>(`[data-field='${path}']`)!;
    const type = async (path: string, text: string) => {
      const input = (await until(() => field(path).querySelector('input')))!;
      input.value = text;
      input.dispatchEvent(new Event('change'));
    };
    await shown('[data-field="seeds"]');
    await type('seeds', '3, x');
    await until(() => expect(field('seeds').textContent).toContain('expected is a whole number at least 0'));
    expect(field('seeds').querySelector('input')!.getAttribute('aria-invalid')).toBe('true');
    expect(find<HTMLButtonElement>('[data-action="use-spec"]')!.disabled).toBe(true);
    await type('seeds', '3, 4');
    await type('evaluation.margin', '0.2');
    const ways = '[data-field$="vocabulary.method"] select';
    const way = [...document.querySelectorAll<HTMLSelectElement>(ways)].find((select) => select.value === 'continued')!;
    expect([...way.options].map(({ value }) => value)).toEqual([
      '',
      'continued',
      'independent',
      'added',
      'atomic',
      'trim',
    ]);
    way.value = 'independent';
    way.dispatchEvent(new Event('change'));
    await until(() => expect(area().value).toContain('"method": "independent"'));
    await click('[data-action="use-spec"]:not([disabled])');
    await until(() => expect(state.desk.ownSpec).toMatchObject({ seeds: [3, 4], evaluation: { margin: 0.2 } }));
  });

  test('a shared link opens with its specification in it', async () => {
    await open('#runs');
    await shown('[data-experiment]');
    const { spec } = state.kept.one('rows')!;
    location.hash = `#train?spec=${await specToLink(spec)}`;
    await until(() => expect(find<HTMLDialogElement>('tg-spec-drawer dialog')!.open).toBe(true));
    expect(JSON.parse(area().value)).toEqual(spec);
    await shown('[data-action="use-spec"]:not([disabled])');
  });

  test('a damaged link is said to be one', async () => {
    await open('#train?spec=nothing');
    await until(() => expect(find('.mend')?.textContent).toContain('The link is damaged'));
  });

  test('a dropped file takes the place of the text', async () => {
    await open('#runs', 0);
    await click('[data-action="specification"]');
    const dropped = new DataTransfer();
    dropped.items.add(new File(['{"version": 2}'], 'experiment.json'));
    find('tg-spec-drawer dialog')!.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, cancelable: true }));
    await until(() => expect(area().value).toBe('{"version": 2}'));
    await until(() => expect(find('#spec-problems')!.textContent).toContain('arms'));
  });

  test('it is saved as a file that reads back', async () => {
    await open('#runs');
    await click('[data-action="specification"]');
    await shown('[data-action="use-spec"]:not([disabled])');
    const file = await saved('[data-action="save-spec"]');
    expect(file.name).toBe('do-molecules-deserve-tokens-of-their-own.experiment.json');
    expect(JSON.parse(await file.text())).toEqual(state.kept.one('molecules')!.spec);
  });
});

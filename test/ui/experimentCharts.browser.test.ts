/** The experiment's charts in a real browser: what they draw, what keyboard and pointer read, what they save. */
import { html, render, type TemplateResult } from 'lit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import '../../src/ui/charts/arm-grid';
import '../../src/ui/charts/curves';
import type { CurvesElement } from '../../src/ui/charts/curves';
import '../../src/ui/charts/dose';
import '../../src/ui/charts/intervals';
import '../../src/ui/charts/save-chart';
import '../../src/ui/parts/chart';
import { panel } from '../../src/ui/parts/panel';
import { themeChanged } from '../../src/ui/parts/roles';
import { setLocale } from '../../src/ui/preferences';
import '../../src/ui/styles/page.css';
import { BUDGET, control, curves, dose, grid, intervals, manyReadings, references } from './chartFixtures';
import { until } from '../support/until';

let stage: HTMLElement;

const find = <T extends Element = HTMLElement>(selector: string) => stage.querySelector<T>(selector)!;
const all = (selector: string) => [...stage.querySelectorAll<HTMLElement>(selector)];
const settled = async () => {
  await new Promise((resolve) => setTimeout(resolve, 60));
  await Promise.all(all('*').map((element) => (element as Partial<CurvesElement>).updateComplete));
};

async function show(chart: TemplateResult, width = 900, heading = 'Bits per byte, held out'): Promise<void> {
  stage.style.width = `${width}px`;
  render(panel({ heading, end: html`<tg-save-chart></tg-save-chart>`, body: chart }), stage);
  await settled();
}

const curvesOf = (arms: CurvesElement['arms']) =>
  html`<tg-curves .arms=${arms} .references=${references} .budget=${BUDGET}></tg-curves>`;

/** What a click on a key would put on the disk. */
async function saved(format: 'svg' | 'png' | 'csv'): Promise<{ name: string; file: File }> {
  const files: File[] = [];
  const make = URL.createObjectURL.bind(URL);
  const named: string[] = [];
  const spies = [
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
      if (file instanceof File) files.push(file);
      return make(file);
    }),
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      named.push(this.download);
    }),
  ];
  find(`[data-save="${format}"]`).click();
  await until(() => expect(named).toHaveLength(1));
  for (const spy of spies) spy.mockRestore();
  return { name: named[0]!, file: files[0]! };
}

beforeEach(async () => {
  await setLocale('en');
  stage = document.createElement('div');
  document.body.append(stage);
});
afterEach(() => {
  stage.remove();
  delete document.documentElement.dataset['theme'];
  themeChanged();
});

describe('curves', () => {
  test('the legend shows the latest values and follows the pointer and the keys', async () => {
    await show(curvesOf(curves.running));
    const values = () => all('.legend b').map((each) => each.textContent);
    expect(values()).toEqual(['1.49', '1.58', '1.71']);
    const keys = find<HTMLInputElement>('.chart-keys');
    keys.value = '4';
    keys.dispatchEvent(new Event('input'));
    await settled();
    expect(find('.legend .at').textContent).toBe('at 10.0 kB');
    expect(keys.getAttribute('aria-valuetext')).toMatch(
      /^10\.0 kB: Old vocabulary \d\.\d\d; Continued, 128 \d\.\d\d; /,
    );
    const box = find('svg[role="img"]').getBoundingClientRect();
    find('svg[role="img"]').dispatchEvent(
      new PointerEvent('pointermove', { clientX: box.left + 36, clientY: box.top + 50 }),
    );
    await settled();
    expect(values()).toEqual(['10.18', '6.00', '9.60']);
    find('svg[role="img"]').dispatchEvent(new PointerEvent('pointerleave'));
    await settled();
    expect(values()).toEqual(['1.49', '1.58', '1.71']);
  });

  test('labels at the edge do not touch and stay in the drawing', async () => {
    for (const width of [700, 1100]) {
      await show(curvesOf(curves.finished), width);
      const box = find('svg[role="img"]').getBoundingClientRect();
      const labels = [...stage.querySelectorAll('svg[role="img"] text')]
        .map((text) => text.getBoundingClientRect())
        .filter(({ left, bottom }) => left > box.right - 220 && bottom < box.bottom - 36)
        .sort((a, b) => a.top - b.top);
      expect(labels.length).toBeGreaterThanOrEqual(8);
      for (const [at, label] of labels.entries()) {
        expect(label.right).toBeLessThanOrEqual(box.right + 1);
        if (at > 0) expect(label.top).toBeGreaterThan(labels[at - 1]!.top + 10);
      }
    }
  });

  test('a diverged seed says so; before any reading there are the lines that cost nothing', async () => {
    await show(curvesOf(curves.diverged));
    expect(find('svg[role="img"]').textContent).toContain('seed 2, stopped at 9.80');
    await show(curvesOf(curves.running.slice(0, 1)));
    expect(find('.legend').textContent).toContain('No reading of a trained arm yet');
    expect(find('svg[role="img"]').textContent).toContain('byte unigrams');
    expect(find('.chart-keys')).toBeNull();
  });

  test('the chart takes the width it is given', async () => {
    await show(curvesOf(curves.running), 360);
    expect(find('svg[role="img"]').getAttribute('height')).toBe('320');
    stage.style.width = '1300px';
    await until(() => expect(find('svg[role="img"]').getAttribute('height')).toBe('420'));
  });

  test('twelve runs of five hundred readings are drawn in a part of a quarter second', async () => {
    await show(curvesOf(manyReadings()));
    const chart = find<CurvesElement>('tg-curves');
    const times: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const arms = manyReadings();
      const start = performance.now();
      chart.arms = arms;
      await chart.updateComplete;
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(60);
  });
});

describe('intervals, trainings, dose', () => {
  test('rows of a table: chosen, control on zero, off the scale', async () => {
    await show(html`<tg-intervals .rows=${intervals} .margin=${0.149} .chosen=${'cont'}></tg-intervals>`);
    expect(all('.iv-row').map((row) => row.dataset['kind'])).toEqual(['interval', 'interval', 'control', 'off']);
    expect(find('.iv-row.mine').dataset['arm']).toBe('cont');
    expect(find('[data-arm="cont"]').textContent).toContain('+0.03\u00a0to\u00a0+0.14');
    expect(find('[data-arm="base"] svg[role="img"]').getAttribute('aria-label')).toContain('off the scale');
    stage.style.width = '360px';
    await settled();
    expect(getComputedStyle(find('.iv-axis')).display).toBe('block');
    expect(stage.scrollWidth).toBeLessThanOrEqual(360);
  });

  test('without any interval there is no zone', async () => {
    const bare = intervals.map((row) => ({ ...row, interval: null }));
    await show(html`<tg-intervals .rows=${bare} .margin=${0.149}></tg-intervals>`);
    expect(find('.iv-row rect')).toBeNull();
    expect(find('[data-arm="cont"]').textContent).toContain('no interval');
  });

  test('every state of a training has its word and its reading', async () => {
    await show(html`<tg-arm-grid .rows=${grid} .seeds=${[1, 2, 3]}></tg-arm-grid>`);
    const texts = all('.cell').map((cell) => cell.textContent.replace(/\s+/g, ' ').trim());
    expect(texts).toContain('measured, the same for every seed10.18');
    expect(texts).toContain('Seed 2running63 %');
    expect(texts).toContain('Seed 2held at40 %');
    expect(texts).toContain('Seed 2diverged9.80');
    expect(texts).toContain('Seed 3waiting');
    await setLocale('zh-Hans');
    await settled();
    expect(find('[data-state="running"]').textContent).toContain('进行中');
  });

  test('a size is chosen by pointer and by keys', async () => {
    const chosen: number[] = [];
    const choose = (event: CustomEvent<number>) => chosen.push(event.detail);
    await show(html`<tg-dose .points=${dose} .control=${control} .chosen=${64} @choose=${choose}></tg-dose>`);
    const keys = find<HTMLInputElement>('.chart-keys');
    expect(keys.getAttribute('aria-valuetext')).toContain('64 new tokens; 1.52 bits per byte; exposure P10 108');
    keys.value = '4';
    keys.dispatchEvent(new Event('input'));
    const box = find('svg[role="img"]').getBoundingClientRect();
    find('svg[role="img"]').dispatchEvent(
      new MouseEvent('click', { clientX: box.left + 140, clientY: box.top + 40, bubbles: true }),
    );
    expect(chosen).toEqual([1024, 16]);
  });
});

describe('saving', () => {
  test('an SVG stands by itself: no classes, no roles, the theme’s colours and its ground', async () => {
    for (const [theme, ground] of [
      ['light', 'rgb(255, 255, 255)'],
      ['dark', 'rgb(19, 24, 26)'],
    ] as const) {
      document.documentElement.dataset['theme'] = theme;
      themeChanged();
      await show(curvesOf(curves.diverged));
      const { name, file } = await saved('svg');
      expect(name).toBe('bits-per-byte-held-out.svg');
      const text = await file.text();
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      expect(parsed.querySelector('parsererror')).toBeNull();
      expect(text).not.toMatch(/var\(|class=|<!--|NaN|Infinity|undefined/);
      expect(parsed.querySelector('rect')!.getAttribute('fill')).toBe(ground);
      expect(parsed.querySelector('title')!.textContent).toBe('Bits per byte, held out');
      expect(parsed.documentElement.getAttribute('font-family')).toContain('system-ui');
      expect(text).toContain('Atomic alphabet');
      expect(document.querySelector('.figure-stage')).toBeNull();
    }
  });

  test('a PNG has twice the size of the drawing', async () => {
    await show(html`<tg-dose .points=${dose} .control=${control} .chosen=${64}></tg-dose>`, 360, 'Dose');
    const { name, file } = await saved('png');
    expect(name).toBe('dose.png');
    const { width, height } = await createImageBitmap(file);
    // A phone's chart is saved as wide as a page's.
    expect(width).toBe(2 * (760 + 40));
    expect(height).toBeGreaterThan(1000);
  });

  test('CSV holds the data of whatever the panel shows', async () => {
    await show(
      html`<tg-intervals .rows=${intervals} .margin=${0.149} .chosen=${'cont'}></tg-intervals>`,
      900,
      'Difference',
    );
    expect(await (await saved('csv')).file.text()).toContain('cont,expanded,0.09,0.03,0.14,1.58,0.44,0.149');
    const series = [{ label: 'Grafted', role: '--arm-graft' }];
    await show(
      html`<tg-chart .series=${series} .x=${[0, 1, 2]} .ys=${[[3, null, 2]]} .xMax=${2}></tg-chart>`,
      900,
      'Loss',
    );
    const { name, file } = await saved('csv');
    expect([name, await file.text()]).toEqual(['loss.csv', 'step,Grafted\r\n0,3\r\n1,\r\n2,2\r\n']);
    const text = await (await saved('svg')).file.text();
    expect(text).toContain('Grafted');
    expect(text).toContain('stroke="rgb(7, 102, 124)"');
  });

  test('the compact menu opens, saves, and closes by Escape', async () => {
    stage.style.width = '900px';
    const end = html`<tg-save-chart compact></tg-save-chart>`;
    render(panel({ heading: 'Small', end, body: curvesOf(curves.started) }), stage);
    await settled();
    const menu = find<HTMLDetailsElement>('details');
    menu.open = true;
    menu.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(menu.open).toBe(false);
    menu.open = true;
    expect((await saved('csv')).name).toBe('small.csv');
    await until(() => expect(menu.open).toBe(false));
  });
});

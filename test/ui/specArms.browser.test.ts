/** Arms and their stages in the specification drawer, in a real browser, on the fake lab. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import '../../src/ui/app';
import { setLocale } from '../../src/ui/preferences';
import { LabState } from '../../src/ui/state/lab-state';
import { specText } from '../../src/ui/state/spec-link';
import '../../src/ui/styles/page.css';
import type { WrittenSpec } from '../../src/worker/index';
import { fakeLab } from './fakeLab';
import { until } from '../support/until';

const find = <T extends HTMLElement>(selector: string, within: ParentNode = document) =>
  within.querySelector<T>(selector);
const shown = <T extends HTMLElement>(selector: string, within: ParentNode = document) =>
  until(() => {
    const element = find<T>(selector, within);
    if (!element) throw new Error(`${selector} is not on the page`);
    return element;
  });
const area = () => find<HTMLTextAreaElement>('tg-spec-drawer .json textarea')!;
const written = () => JSON.parse(area().value) as WrittenSpec;
const arm = (name: string) => shown<HTMLElement>(`[data-arm='${name}']`);
const field = (path: string) => shown<HTMLElement>(`[data-field='${path}']`);

async function press(name: string, action: string): Promise<void> {
  (await shown<HTMLButtonElement>(`[data-action="${action}"]`, await arm(name))).click();
}

async function type(path: string, text: string): Promise<void> {
  const control = (await field(path)).querySelector<HTMLInputElement>('input, textarea, select')!;
  control.value = text;
  control.dispatchEvent(new Event('change'));
}

const control: WrittenSpec['arms'][string] = { stages: [{ moves: { everything: 0.003 } }] };
const spec: WrittenSpec = {
  ...{ version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1000 }, seeds: [1] },
  arms: { base: {}, control, graft: { ...control, vocabulary: { method: 'continued', newTokens: 8 } } },
};
const of = (name: string) => `arms.${name}`;

let lab: LabState;
beforeEach(async () => {
  await setLocale('en');
  location.hash = '#runs';
  const app = document.createElement('tg-app');
  document.body.append(app);
  lab = new LabState(fakeLab({ tick: 0 }));
  app.start(lab);
  void lab.open();
  (await shown('[data-action="specification"]')).click();
  area().value = specText(spec);
  area().dispatchEvent(new Event('input'));
  await arm('graft');
});

afterEach(async () => {
  document.querySelector('tg-app')!.remove();
  await setLocale('en');
});

test('every stage has its groups, which are added at a rate, changed and held', async () => {
  await press('control', 'add-stage');
  await shown('[data-stage="1"]', await arm('control'));
  const adds = (await arm('control')).querySelector<HTMLSelectElement>('[data-stage="1"] [data-adds] select')!;
  expect([...adds.options].map(({ value }) => value)).toEqual(['', 'oldRows', 'body', 'norms', 'adapters']);
  adds.value = 'body';
  adds.dispatchEvent(new Event('change'));
  const moves = `${of('control')}.stages[1].moves`;
  await type(`${moves}.body`, '0.0005');
  expect(written().arms.control!.stages).toEqual([
    { moves: { everything: 0.003 } },
    { moves: { everything: 0.003, body: 0.0005 } },
  ]);
  (await field(`${moves}.everything`)).querySelector<HTMLElement>('[data-action="hold"]')!.click();
  expect(written().arms.control!.stages![1]).toEqual({ moves: { body: 0.0005 } });
  (await field(`${moves}.body`)).querySelector<HTMLElement>('[data-action="hold"]')!.click();
  await until(async () => expect((await field(moves)).textContent).toContain('is empty; expected is one of'));
  await press('control', 'stage-earlier');
  await until(() => expect(written().arms.control!.stages).toEqual([{ moves: {} }, { moves: { everything: 0.003 } }]));
  await press('control', 'remove-stage');
  await until(() => expect(written().arms.control!.stages).toEqual([{ moves: { everything: 0.003 } }]));
});

test('every field that the schema has of a stage can be changed, and is taken as it is typed', async () => {
  const stage = `${of('graft')}.stages[0]`;
  const values = {
    share: 2,
    replay: 0.25,
    resegment: 0.1,
    'batch.rows': 8,
    'batch.length': 64,
    'schedule.warmup': 0.1,
    'schedule.final': 0,
    'optimizer.beta1': 0.8,
    'optimizer.beta2': 0.95,
    'optimizer.epsilon': 1e-6,
    'optimizer.weightDecay': 0,
    'optimizer.clipNorm': 2,
  };
  for (const [name, value] of Object.entries(values)) await type(`${stage}.${name}`, String(value));
  expect(written().arms.graft!.stages![0]).toEqual({
    ...{ moves: { everything: 0.003 }, share: 2, replay: 0.25, resegment: 0.1, batch: { rows: 8, length: 64 } },
    ...{ schedule: { warmup: 0.1, final: 0 } },
    optimizer: { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0, clipNorm: 2 },
  });
  await type(`${of('graft')}.vocabulary.rules.mergeDigits`, 'true');
  await type(`${of('graft')}.vocabulary.turnedDown`, 'Ġa b\n,');
  await type(`${of('graft')}.start.output`, 'zero');
  expect(written().arms.graft).toMatchObject({
    vocabulary: { rules: { mergeDigits: true }, turnedDown: ['Ġa b', ','] },
    start: { input: 'subword-mean', output: 'zero' },
  });
  await type(`${of('graft')}.start.input`, 'zero');
  expect(written().arms.graft!.start).toBe('zero');
  await shown('[data-action="use-spec"]:not([disabled])');
});

test('new rows of the model are moved by an arm without a vocabulary, where the model brings any', async () => {
  const choices = async () => {
    const adds = (await arm('control')).querySelector<HTMLSelectElement>('[data-adds] select')!;
    return { adds, of: [...adds.options].map(({ value, text }) => `${value} ${text}`.trim()) };
  };
  expect((await choices()).of.some((each) => each.startsWith('newRows'))).toBe(false);
  await lab.openModelWithDelta([], []);
  await until(async () => expect((await choices()).of).toContain('newRows The model’s 512 new rows'));
  const { adds } = await choices();
  adds.value = 'newRows';
  adds.dispatchEvent(new Event('change'));
  (await field(`${of('control')}.stages[0].moves.everything`))
    .querySelector<HTMLElement>('[data-action="hold"]')!
    .click();
  expect(written().arms.control).toEqual({ stages: [{ moves: { newRows: 0.003 } }] });
  await shown('[data-action="use-spec"]:not([disabled])');
  expect((await field(`${of('control')}.stages[0].moves.newRows`)).textContent).toContain('The model’s 512 new rows');
});

test('adapters come with a rate, in place of the matrices they stand beside, and go with it', async () => {
  const adds = (await arm('graft')).querySelector<HTMLSelectElement>('[data-adds] select')!;
  adds.value = 'adapters';
  adds.dispatchEvent(new Event('change'));
  const { vocabulary } = spec.arms.graft!;
  const stages = [{ moves: { adapters: 0.003 } }];
  await until(() => expect(written().arms.graft).toEqual({ vocabulary, adapters: {}, stages }));
  await type(`${of('graft')}.adapters.rank`, '4');
  await type(`${of('graft')}.adapters.targets`, 'q_proj\nv_proj');
  await type(`${of('graft')}.adapters.rankStabilised`, 'true');
  const adapters = { rank: 4, targets: ['q_proj', 'v_proj'], rankStabilised: true };
  expect(written().arms.graft!.adapters).toEqual(adapters);
  await shown('[data-action="use-spec"]:not([disabled])');
  const rate = await field(`${of('graft')}.stages[0].moves.adapters`);
  rate.querySelector<HTMLElement>('[data-action="hold"]')!.click();
  await until(() => expect(written().arms.graft).not.toHaveProperty('adapters'));
});

test('an arm is copied, named, taken away and added, and undo brings each back', async () => {
  await press('control', 'copy-arm');
  await arm('control 2');
  await until(() => expect((document.activeElement as HTMLInputElement).value).toBe('control 2'));
  await type('arms["control 2"]', 'twice as fast');
  await arm('twice as fast');
  expect(Object.keys(written().arms)).toEqual(['base', 'control', 'twice as fast', 'graft']);
  expect(find<HTMLDetailsElement>('details', await arm('twice as fast'))!.open).toBe(true);
  await press('twice as fast', 'remove-arm');
  expect(Object.keys(written().arms)).toEqual(['base', 'control', 'graft']);
  (await shown('[data-action="add-arm"]')).click();
  await arm('new arm');
  expect(written().arms['new arm']).toEqual(control);
  const undo = await shown<HTMLButtonElement>('[data-action="undo-spec"]');
  const stations = ['base control graft', 'base control twice as fast graft', 'base control control 2 graft'];
  for (const names of stations) {
    undo.click();
    expect(Object.keys(written().arms).join(' ')).toBe(names);
  }
  undo.click();
  expect(area().value).toBe(specText(spec));
});

test('a name that another arm has is refused beside the field, one that shares its folder by the lab', async () => {
  await type(of('control'), 'graft');
  const name = await field(of('control'));
  await until(() => expect(name.textContent).toContain('there is an arm “graft” already'));
  expect(name.querySelector('input')!.getAttribute('aria-invalid')).toBe('true');
  expect(written().arms.control).toEqual(control);
  await type(of('control'), 'Graft!');
  const shared = await field('arms["Graft!"]');
  await until(() => expect(find('#spec-problems')!.textContent).toContain('would share its folder “graft”'));
  expect(shared.closest('[data-arm]')!.textContent + find('[data-arm="graft"]')!.textContent).toContain('would share');
});

test('the only arm stays, and one of bytes and FLOPs gives way to the other', async () => {
  for (const name of ['control', 'graft']) await press(name, 'remove-arm');
  await until(async () =>
    expect(find<HTMLButtonElement>('[data-action="remove-arm"]', await arm('base'))!.disabled).toBe(true),
  );
  await type('budget.flops', '1e12');
  expect(written().budget).toEqual({ flops: 1e12 });
});

test('what is wrong is said in the language of the page', async () => {
  await setLocale('zh-Hans');
  await type('seeds', '-1');
  await until(() =>
    expect(find('#spec-problems')!.textContent).toContain('现为 -1；应为至少 0 且至多 4294967295 的整数'),
  );
  await until(async () => expect((await field('seeds')).textContent).toContain('现为 -1'));
});

// A failure as the page shows it, in the language that it is in.
import { render } from 'lit';
import { afterEach, expect, test } from 'vitest';
import { failureAlert } from '../../src/ui/parts/panel';
import { setLocale } from '../../src/ui/preferences';
import type { Failure } from '../../src/ui/state/slot';
import { problemAt } from '../../src/lab/experiment/specReasons';
import { until } from '../support/until';

const box = document.createElement('div');
const shown = (failure: Failure): string => {
  render(failureAlert(failure), box);
  return text();
};
const text = () => box.querySelector('.alert div')!.textContent!.replaceAll(/\s+/g, ' ').trim();

afterEach(async () => {
  render(null, box);
  await setLocale('en');
});

const lost: Failure = {
  code: 'checkpoint/truncated',
  message: '`model.safetensors` ends early: 80 bytes expected, 12 found.',
  hint: 'The download or copy did not finish; fetch the file again.',
};

test('cause and advice are said in the language of the page, at once in the lab’s own', async () => {
  expect(shown(lost)).toBe(`This model file is damaged or incomplete. ${lost.message} ${lost.hint}`);
  await setLocale('zh-Hans');
  shown(lost);
  await until(() =>
    expect(text()).toContain(
      '`model.safetensors` 提前结束：应有 80 字节，实有 12 字节。 下载或复制没有完成；请重新获取该文件。',
    ),
  );
  expect(box.querySelector('[lang="en"]')).toBeNull();
  await setLocale('en');
  expect(shown(lost)).toContain(lost.message);
});

test('what a browser says stays in its words, and is introduced', async () => {
  await setLocale('zh-Hans');
  shown({ code: 'internal', message: 'x is not a function', hint: 'Reload the page.' });
  await until(() => expect(text()).toContain('原文： x is not a function 请重新加载页面。'));
  expect(box.querySelector('[lang="en"]')!.textContent).toBe('x is not a function');
});

test('fields of a specification are named with what is wrong with each', async () => {
  await setLocale('zh-Hans');
  const problems = [problemAt('seeds', { code: 'seed-twice' }), problemAt('budget', { code: 'one-budget' })];
  const message = problems.map(({ path, message: what }) => `\`${path}\` ${what}.`).join('\n');
  shown({ code: 'lab/bad-specification', message, hint: 'Nothing was run.', details: { problems } });
  await until(() => expect(text()).toContain('seeds'));
  await until(() => expect(text()).toContain('什么都没有运行。'));
  expect([...box.querySelectorAll('b.mono')].map(({ textContent }) => textContent)).toEqual(['seeds', 'budget']);
  expect(text()).not.toMatch(/names a seed/);
});

// What the lab says of failures, in the languages of the page: every sentence and hint of the sources, found by reading them.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asLabError, LabError } from '../../src/error';
import { memoryTree } from '../../src/checkpoint/index';
import { openModel, parseSpec } from '../../src/lab/index';
import { causeText, useCauses, type Causes } from '../../src/ui/wording/causes';
import { labTexts, type LabTexts } from '../support/labTexts';

const causes = JSON.parse(readFileSync('src/ui/causes/zh-Hans.json', 'utf8')) as Causes;
const han = /\p{Script=Han}/u;

describe('in Chinese', () => {
  let texts: LabTexts;
  beforeAll(() => {
    texts = labTexts();
  });

  test('every sentence and hint of an error stands, by the code that says it', () => {
    expect(texts.codes.size).toBeGreaterThan(180);
    expect(texts.sentences.size).toBeGreaterThan(500);
    const missing = [...texts.sentences].filter(([sentence]) => !(sentence in causes));
    expect(missing.map(([sentence, code]) => `${code}: ${sentence}`)).toEqual([]);
  });

  test('what the lab says within a sentence stands as well', () => {
    expect(texts.parts.size).toBeGreaterThan(300);
    expect([...texts.parts.keys()].filter((part) => !(part in causes))).toEqual([]);
  });

  test('a translation takes no value that its sentence does not have, and leaves out none that it needs', () => {
    const wrong = Object.entries(causes).filter(([sentence, words]) => {
      const most = sentence.split(/\{(?:number)?\}/).length - 1;
      const used = [...words.matchAll(/\{=?(\d)\}/g)].map(([, at]) => Number(at));
      // "is" and "are" have no counterpart.
      const left = most - new Set(used).size - (sentence.includes('whose {} {} not') ? 1 : 0);
      return used.some((at) => at > most) || left !== 0;
    });
    expect(wrong).toEqual([]);
  });

  test('a value that is a name outside of quotes is marked as one, and none that is not', () => {
    const marked = (words: string) => [...words.matchAll(/\{=(\d)\}/g)].map(([, at]) => Number(at)).sort();
    expect(texts.names.get('{} holds no text.')).toEqual([1]);
    const wrong = [...texts.names].filter(
      ([sentence, named]) => sentence in causes && String(marked(causes[sentence]!)) !== String(named),
    );
    expect(wrong.map(([sentence, named]) => `${sentence} ${String(named)}`)).toEqual([]);
  });

  test('sentences are Chinese, with its own punctuation', () => {
    const foreign = Object.entries(causes).filter(([sentence, words]) => {
      const isSaid = /[a-z]{2}[,;]? [a-z]{2}/.test(sentence) && words !== sentence;
      return (isSaid && !han.test(words)) || /\p{Script=Han}[,?!:;]/u.test(words) || /\p{Script=Han}\.$/u.test(words);
    });
    expect(foreign).toEqual([]);
  });
});

describe('a failure', () => {
  beforeAll(() => useCauses(causes));
  afterAll(() => useCauses(null));

  const saidBy = async (act: () => unknown): Promise<(string | null)[]> => {
    const error = await Promise.resolve()
      .then(act)
      .then(
        () => Promise.reject(new Error('nothing was thrown')),
        (thrown: unknown) => asLabError(thrown),
      );
    return [causeText(error.message), causeText(error.hint)];
  };

  test('is said with its values, and the words of the lab in their place', async () => {
    expect(await saidBy(() => openModel(memoryTree('mine', { 'config.json': '{' }), 'folder'))).toEqual([
      expect.stringMatching(/^`config\.json` 不是有效的 JSON：/),
      '请重新获取该文件；它可能不完整或已损坏。',
    ]);
    expect(await saidBy(() => openModel(memoryTree('mine', {}), 'folder'))).toEqual([
      '`mine` 中没有 `config.json`：模型文件夹需要它。',
      '请选择同时含有 config.json、分词器和权重的文件夹。',
    ]);
    expect(causeText('`runs/base/1/scores.json` holds no scores.')).toBe('`runs/base/1/scores.json` 没有分数。');
    expect(causeText('`arms.a.vocabulary`: No new token is seen 100 times.')).toBe(
      '`arms.a.vocabulary`：没有一个新词元出现 100 次。',
    );
    expect(
      causeText(
        'Of the pairs of tokens in 3 documents (20 bytes) none may become a token: 3 hold a digit, which is not merged; 2 are tokens already.',
      ),
    ).toBe('在 3 个文档（20 字节）的词元对中，没有一对可以成为词元：3 个含有数字，不予合并；2 个已是词元。');
    expect((await saidBy(() => parseSpec({})))[1]).toBe('什么都没有运行。docs/experiment.schema.json 列出了每个字段。');
  });

  test('leaves names as they are: in quotes, and of a file, a folder or a field anywhere', () => {
    expect(causeText('`missing` is not valid JSON: x')).toBe('`missing` 不是有效的 JSON：x');
    expect(causeText('`text` holds no scores.')).toBe('`text` 没有分数。');
    expect(causeText('missing holds no text.')).toBe('missing 中没有文本。');
    expect(causeText('a list/text is encrypted.')).toBe('a list/text 已加密。');
    expect(causeText('model: its records have no fields, so there is no `field`.')).toContain('`field`');
    expect(causeText('model, line 3: No model is open.')).toBe('model 第 3 行：没有打开模型。');
  });

  test('of broken records is said with its advice', () => {
    const hint = 'It is damaged, not whole, or not JSON. Fetch it again, or choose another way to cut it.';
    expect(causeText(hint)).toBe('它已损坏、不完整，或者不是 JSON。请重新获取，或选择另一种切分方式。');
  });

  test('of a browser or a library stays in its own words', () => {
    expect(causeText('Failed to execute foo on bar.')).toBeNull();
    expect(causeText('TypeError: x is not a function')).toBeNull();
    const broken = new LabError('checkpoint/unreadable', '`a.bin` could not be read: NotReadableError');
    expect(causeText(broken.message)).toBe('无法读取 `a.bin`：NotReadableError');
  });

  test('is said as the lab says it where the page is in its language', () => {
    useCauses(null);
    expect(causeText('No model is open.')).toBe('No model is open.');
    useCauses(causes);
    expect(causeText('No model is open.')).toBe('没有打开模型。');
  });
});

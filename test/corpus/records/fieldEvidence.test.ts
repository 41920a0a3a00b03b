// The choice of the text field where it is hard: texts that come late, fields that are nearly alike, and none that is text.
import { describe, expect, it } from 'vitest';
import { hex, lines, long, many, readingOf, sentence, url } from './reading';

describe('the text of records is told from many of them', () => {
  const shy: [string, (at: number) => unknown, number][] = [
    ['null in the first', (at) => ({ url: url(at), text: at === 0 ? null : sentence(at) }), 1],
    ['missing in the first forty', (at) => (at < 40 ? { url: url(at) } : { url: url(at), text: sentence(at) }), 40],
    ['empty in the first 700', (at) => ({ title: `A title of words ${at}`, text: at < 700 ? '' : sentence(at) }), 700],
    ['blank in every third', (at) => ({ title: `A title of words ${at}`, text: at % 3 ? sentence(at) : ' \n' }), 300],
    ['short in the first', (at) => ({ title: `A title of words ${at}`, text: at < 300 ? `No ${at}` : long(at) }), 0],
    ['null in the first, with a name nobody knows', (at) => ({ url: url(at), bla: at < 9 ? null : sentence(at) }), 9],
  ];
  it.each(shy)('%s', async (_, of, withoutText) => {
    const reading = await readingOf('a.jsonl', lines(many(of, 900)));
    expect(reading.field).toMatch(/text|bla/u);
    expect([reading.withoutText, reading.texts.length]).toEqual([withoutText, 900 - withoutText]);
    expect(
      reading.doubts.filter(({ kind }) => kind === 'without-text').map(({ count, of: all }) => [count, all]),
    ).toEqual(withoutText > 0 ? [[withoutText, 900]] : []);
  });

  it.each([
    ['two texts about as long', (at: number) => ({ a: sentence(at), b: `It is ${sentence(at)}` }), 'b', 'a'],
    [
      'a known name beside much longer text',
      (at: number) => ({ text: `No ${at} of it`, notes: long(at) }),
      'text',
      'notes',
    ],
    [
      'two remarks',
      (at: number) => ({ question: `Why is ${at} so?`, comment: `It is ${at} so!` }),
      'question',
      'comment',
    ],
    ['two nested texts', (at: number) => ({ en: { x: sentence(at) }, de: { x: `${sentence(at)}.` } }), 'de.x', 'en.x'],
  ])('%s: the choice is doubted', async (_, of, field, rival) => {
    const { field: taken, doubts, found } = await readingOf('a.jsonl', lines(many(of)));
    expect(taken).toBe(field);
    expect(doubts).toEqual([{ kind: 'uncertain-field', count: 60, of: 60, field: rival }]);
    expect(found).toContain(rival);
  });

  it.each<[string, (at: number) => unknown, string]>([
    ['ids and addresses', (at) => ({ id: `doc_${at}`, url: url(at) }), 'url'],
    ['hashes under the name of a text', (at) => ({ text: hex(at), path: `a/b/c${at}.txt` }), 'text'],
    ['numbers and labels', (at) => ({ n: at, label: ['good', 'bad'][at % 2] }), 'label'],
    ['dates', (at) => ({ created_at: `2020-01-0${1 + (at % 9)}T10:00:00Z`, n: at }), 'created_at'],
    ['JSON in strings', (at) => ({ payload: JSON.stringify({ at }) }), 'payload'],
  ])('%s: nothing is chosen, and what there is is told', async (_, of, there) => {
    await expect(readingOf('a.jsonl', lines(many(of)))).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: expect.stringContaining(`\`${there}\``) as string,
    });
  });
});

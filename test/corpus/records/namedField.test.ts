// A field that was named: by its name, by a path, joined; it is taken whatever is in it, and refused only where no record has it.
import { describe, expect, it } from 'vitest';
import { lines, many, readingOf, sentence, url } from './reading';

describe('a field that was named', () => {
  const named = (of: (at: number) => unknown, textField: string) =>
    readingOf('a.jsonl', lines(many(of)), { textField });

  it.each<[string, (at: number) => unknown, string, string]>([
    ['another field', (at) => ({ title: `T ${at}`, text: sentence(at) }), 'title', 'T 0'],
    ['an address, if so be', (at) => ({ url: url(at), text: sentence(at) }), 'url', url(0)],
    ['a path', (at) => ({ text: 'x', data: { text: sentence(at) } }), 'data.text', sentence(0)],
    [
      'a name with a dot before a path',
      (at) => ({ 'data.text': `literal ${at}`, data: { text: sentence(at) } }),
      'data.text',
      'literal 0',
    ],
    ['a path through a name with a dot', (at) => ({ a: { 'b.c': { d: sentence(at) } } }), 'a.b.c.d', sentence(0)],
    ['a path through a list', (at) => ({ parts: [{ x: `one ${at}` }, { x: 'two' }] }), 'parts.x', 'one 0\ntwo'],
    ['several joined', (at) => ({ title: `T ${at}`, text: sentence(at), n: 1 }), 'title+text', `T 0\n\n${sentence(0)}`],
    ['a name with a plus', (at) => ({ 'a+b': `both ${at}`, a: 'x', b: 'y' }), 'a+b', 'both 0'],
    ['numbers', (at) => ({ n: at, text: sentence(at) }), 'n', '0'],
    [
      'one turn of several',
      (at) => ({ messages: [{ role: 'user', content: `Why ${at}?` }], id: at }),
      'messages',
      'Why 0?',
    ],
  ])('%s', async (_, of, field, text) => {
    const reading = await named(of, field);
    expect(reading.field).toBe(field);
    expect(reading.texts).toContain(text);
    expect(reading.doubts).toEqual([]);
  });

  it.each([2, 59])('may be empty in %i of 60 records', async (empty) => {
    const at60 = (at: number): unknown => ({ title: `T ${at}`, note: at < empty ? null : `${sentence(at)} ${at}` });
    const more = lines([...many(at60), { title: 'T', note: 'the last one of all' }]);
    const { texts, withoutText, doubts } = await readingOf('a.jsonl', more, { textField: 'note' });
    expect([texts.length, withoutText]).toEqual([61 - empty, empty]);
    expect(doubts).toMatchObject([{ kind: 'without-text', count: empty, of: 61, line: 1 }]);
  });

  it('is refused where no record has it, with those that there are', async () => {
    await expect(named((at) => ({ title: `T ${at}`, text: sentence(at) }), 'body')).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: 'a.jsonl: none of its 60 records has a field `body`; there are `text`, `title`.',
    });
    await expect(readingOf('a.json', '["a b", "c d"]', { textField: 'body' })).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: expect.stringContaining('no fields') as string,
    });
  });

  it('is refused for what it is where it is empty in all', async () => {
    await expect(named((at) => ({ title: `T ${at}`, text: null }), 'text')).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: expect.stringContaining('none of its 60 records has text in the field `text`') as string,
    });
  });

  it.each(['prompt', 'completion', 'prompt+completion'])('%s is one of those that are told', async (field) => {
    const of = (at: number): unknown => ({ prompt: `Why ${at}?`, completion: `So ${at}.` });
    const { found } = await named(of, field);
    expect(found).toEqual(['completion', 'prompt', 'prompt+completion']);
  });
});

// Records as chat services, messengers and data sets of dialogues write them: turns under ids, messages of many people, texts in
// pieces.
import { describe, expect, it } from 'vitest';
import { hex, lines, long, many, readingOf, sentence } from './reading';

const uuid = (at: number): string => hex(at).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/u, '$1-$2-$3-$4-$5');

const node = (role: string, text: string): unknown => ({
  message: { author: { role }, content: { content_type: 'text', parts: [text] } },
  children: [],
});

/** A title, the file's name, its content, the field, the first text, and how many there are. */
const exports: [string, string, string, string, string, number][] = [
  [
    'turns under ids that are others in every record',
    'conversations.json',
    JSON.stringify(
      many((at) => ({
        title: `Chat ${at}`,
        mapping: {
          [uuid(3 * at)]: node('system', ''),
          [uuid(3 * at + 1)]: node('user', `What is ${at} of it?`),
          [uuid(3 * at + 2)]: node('assistant', long(at)),
        },
      })),
    ),
    'mapping.*.message.content.parts',
    `What is 0 of it?\n\n${long(0)}`,
    60,
  ],
  [
    'messages of people in one object',
    'result.json',
    JSON.stringify({
      name: 'A group',
      messages: many((id) => ({ id, type: 'message', date: '2020-01-01', from: `P${id % 3}`, text: sentence(id) })),
    }),
    'text',
    sentence(0),
    60,
  ],
  [
    'messages in pieces',
    'result.json',
    JSON.stringify({
      messages: many((id) => ({
        id,
        date: '2020-01-01',
        from: 'P',
        text: ['See ', { type: 'link', text: 'https://example.org' }, ` for ${id}.`],
      })),
    }),
    'text',
    'See https://example.org for 0.',
    60,
  ],
  [
    'turns in a list that is called as lists of records are',
    'train.jsonl',
    lines(many((at) => ({ id: String(at), data: [`How is ${at} done?`, sentence(at), 'And then?', long(at)] }))),
    'data',
    `How is 0 done?\n${sentence(0)}\nAnd then?\n${long(0)}`,
    60,
  ],
  [
    'the same, pretty printed',
    'train.json',
    many((at) => JSON.stringify({ data: [`How is ${at} done?`, sentence(at)] }, null, 2)).join('\n'),
    'data',
    `How is 0 done?\n${sentence(0)}`,
    60,
  ],
];

describe('an export', () => {
  it.each(exports)('%s', async (_, name, content, field, first, count) => {
    const reading = await readingOf(name, content);
    expect(reading).toMatchObject({ field, withoutText: 0, doubts: [] });
    expect(reading.texts.length).toBe(count);
    expect(reading.texts).toContain(first);
  });

  it('a conversation with a model is one record, whatever its turns are stamped with', async () => {
    const turns = (at: number): unknown => ({
      conversation: ['user', 'assistant'].map((role) => ({ role, content: `${role} says ${at}.`, timestamp: at })),
    });
    for (const content of [JSON.stringify(many(turns)), lines(many(turns))]) {
      expect((await readingOf('a.json', content)).texts).toContain('user says 0.\n\nassistant says 0.');
    }
    const one = await readingOf('a.json', JSON.stringify(turns(7)), { undivided: true });
    expect(one.texts).toEqual(['user says 7.\n\nassistant says 7.']);
  });
});

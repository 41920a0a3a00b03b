// Records of every form to conversations, and what is wrong with those that are none.
import { describe, expect, it } from 'vitest';
import { readConversations, type Turn } from '../../../src/corpus/index';
import { LabError } from '../../../src/error';
import { memoryFile } from '../memoryFile';

const encoded = (text: string) => new TextEncoder().encode(text);
const read = (text: string, name = 'a.jsonl') => readConversations([memoryFile(name, encoded(text), 64)]);
const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join('\n');
const pair = (question: string, answer: string): Turn[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
];

async function refusal(text: string): Promise<string> {
  const error = await read(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LabError)) throw new Error('It was read.');
  expect(error.code).toBe('corpus/bad-conversations');
  return error.message;
}

describe('conversations', () => {
  const forms = {
    messages: { messages: pair('q', 'a') },
    'prompt-completion': { prompt: 'q', completion: 'a' },
    alpaca: { instruction: 'q', input: '', output: 'a' },
    'question-answer': { question: 'q', answer: 'a', id: 7 },
  };

  it.each(Object.entries(forms))('are read from records of %s', async (form, record) => {
    const { train, heldOut, forms: found } = await read(lines(record, { question: 'other', answer: 'b' }));
    expect([...train, ...heldOut].map(({ turns }) => turns)).toContainEqual(pair('q', 'a'));
    expect(found[form as keyof typeof found]).toBeGreaterThan(0);
  });

  it('are read from a JSON list, from ShareGPT and from the instances of Self-Instruct', async () => {
    const shared = {
      conversations: [
        { from: 'human', value: 'h' },
        { from: 'gpt', value: 'g' },
      ],
    };
    const instances = [
      { input: 'one', output: '1' },
      { input: 'two', output: '2' },
    ];
    const text = JSON.stringify([shared, { instruction: 'Count.', instances }], null, 2);
    const { train, heldOut } = await read(text, 'a.json');
    const turns = [...train, ...heldOut].map((each) => each.turns);
    expect(turns).toHaveLength(3);
    expect(turns).toContainEqual(pair('h', 'g'));
    expect(turns).toContainEqual(pair('Count.\n\none', '1'));
  });

  it('with the same question are never parted, and the same ones are kept once', async () => {
    const records = Array.from({ length: 200 }, (_, at) => ({ question: `q${at % 50}`, answer: `a${at % 100}` }));
    const { train, heldOut, duplicates } = await read(lines(...records));
    const questions = (side: typeof train) => new Set(side.map(({ turns }) => turns[0]!.content));
    expect(duplicates).toBe(100);
    expect(heldOut.length).toBeGreaterThan(0);
    expect([...questions(heldOut)].filter((question) => questions(train).has(question))).toEqual([]);
  });

  it.each([
    ['an answer that is missing', { question: 'q' }, '`answer` is missing; expected is text'],
    ['an answer that is empty', { prompt: 'q', completion: '  ' }, '`completion` is empty; expected is text'],
    ['no known form', { text: 'only text' }, 'has the fields text; expected is `messages`'],
    [
      'nobody who answers',
      { messages: [{ role: 'user', content: 'q' }] },
      '`messages` is ended by user; expected is an answer',
    ],
    [
      'roles out of order',
      { messages: [...pair('q', 'a'), { role: 'assistant', content: 'b' }] },
      '`messages[2].role` is "assistant"; expected is "user" here',
    ],
    [
      'a role that nobody has',
      { messages: [{ role: 'tool', content: 'x' }] },
      '`messages[0].role` is "tool"; expected is one of system, user, assistant',
    ],
    ['turns that are no list', { messages: 'q' }, '`messages` is "q"; expected is a list'],
    [
      'content that is no text',
      { messages: [{ role: 'user', content: 3 }] },
      '`messages[0].content` is 3; expected is text',
    ],
  ])('with %s are refused by line and field', async (_, record, expected) => {
    expect(await refusal(lines({ question: 'q', answer: 'a' }, record))).toContain(`a.jsonl, line 2: ${expected}`);
  });

  it('tell a few problems and count the rest', async () => {
    const message = await refusal(Array.from({ length: 9 }, () => 'no json').join('\n'));
    expect(message).toContain('a.jsonl, line 1: is no JSON');
    expect(message).toContain('And 4 more.');
  });
});

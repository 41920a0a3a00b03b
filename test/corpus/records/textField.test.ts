// Which field is taken for the text, from records as published data sets have them.
import { describe, expect, it } from 'vitest';
import { hex, lines, long, many, readingOf, sentence, url } from './reading';

/** A title, the records, the field, the first text. */
const chosen: [string, (at: number) => unknown, string, string][] = [
  ['a known name beside a longer address', (at) => ({ url: url(at), text: `Text ${at}.` }), 'text', 'Text 0.'],
  [
    'a known name beside JSON in a string',
    (at) => ({ raw_content: `Text ${at}.`, meta: JSON.stringify({ url: url(at) }) }),
    'raw_content',
    'Text 0.',
  ],
  ['a known name in other letters', (at) => ({ ID: at, rawContent: sentence(at) }), 'rawContent', sentence(0)],
  ['a name nobody knows', (at) => ({ id: `doc-${at}`, sha: hex(at), notiz: sentence(at) }), 'notiz', sentence(0)],
  ['no hash', (at) => ({ checksum: hex(at) + hex(at * 7), note: `Note ${at} on it.` }), 'note', 'Note 0 on it.'],
  [
    'no hash under a name nobody knows',
    (at) => ({ z: hex(at) + hex(at * 7), y: `Note ${at} on it.` }),
    'y',
    'Note 0 on it.',
  ],
  ['no UUID', (at) => ({ x: `123e4567-e89b-12d3-a456-4266141740${10 + at}`, y: `On ${at} it.` }), 'y', 'On 0 it.'],
  ['no base64', (at) => ({ image: `aB3${hex(at)}Zz+/${hex(at)}==`, y: `On ${at} it.` }), 'y', 'On 0 it.'],
  ['no date', (at) => ({ when: `Mon, 0${1 + (at % 9)} Mar 2020 10:11:12 +0000`, y: `On ${at} it.` }), 'y', 'On 0 it.'],
  [
    'no path',
    (at) => ({ where: `/home/somebody/a/long/way/down/to/file-${at}.txt`, y: `On ${at} it.` }),
    'y',
    'On 0 it.',
  ],
  ['no language', (at) => ({ sprache: ['en', 'de', 'fr'][at % 3], y: `On ${at} it.` }), 'y', 'On 0 it.'],
  [
    'no label of several words',
    (at) => ({ topic: ['sports and leisure today', 'business and finance news'][at % 2], y: `On ${at} it.` }),
    'y',
    'On 0 it.',
  ],
  ['no number in a string', (at) => ({ amount: `${at * 1_000_003},00 €`, y: `On ${at}.` }), 'y', 'On 0.'],
  [
    'no title where there is a text',
    (at) => ({ title: `A title of many words, number ${at}`, body: `B ${at}.` }),
    'body',
    'B 0.',
  ],
  [
    'molecules',
    (at) => ({ name: `Compound ${at} of a long list of compounds`, smiles: `CC(=O)N${'C'.repeat(at)}` }),
    'smiles',
    'CC(=O)N',
  ],
  [
    'molecules under another name',
    (at) => ({ chembl_id: `CHEMBL${at}`, canonical_smiles: `c1ccccc1${'C'.repeat(at)}` }),
    'canonical_smiles',
    'c1ccccc1',
  ],
  [
    'proteins',
    (at) => ({ accession: `P0000${at}`, length: 30, sequence: `MKTAYIAKQR${'ACDEFGHIKL'.repeat(3)}${'W'.repeat(at)}` }),
    'sequence',
    `MKTAYIAKQR${'ACDEFGHIKL'.repeat(3)}`,
  ],
  [
    'code',
    (at) => ({ repo: 'a/b', path: `src/file${at}.py`, code: `def f${at}(x):\n    return x` }),
    'code',
    'def f0(x):\n    return x',
  ],
  [
    'molecules beside their keys',
    (at) => ({
      iupac_name: `a rather long name of compound ${at} and more of it`,
      InChIKey: `BSYNRYMUTXBXSQ-UHFFFAOYSA-${'NMOP'[at % 4]}`,
      molecule_smiles: `CC(=O)N${'C'.repeat(at)}`,
    }),
    'molecule_smiles',
    'CC(=O)N',
  ],
  ['no key of one length', (at) => ({ k: `aB${at % 10}x9Qz_k${100 + at}`, y: `On ${at}.` }), 'y', 'On 0.'],
  ['no coordinates', (at) => ({ k: `12.${1000 + at}, 45.${1000 + at}, 7.5, 8.5, 9.5`, y: `On ${at}.` }), 'y', 'On 0.'],
  ['lists that are rows', (at) => [`doc_${at}`, url(at), `On ${at}.`], 'column 3', 'On 0.'],
  [
    'lists that are rows under a header',
    (at) => (at === 0 ? ['id', 'title', 'text'] : [at, 'A title', `On ${at}.`]),
    'text',
    'On 1.',
  ],
  [
    'Chinese',
    (at) => ({ id: at, 内容: `${'天地玄黄宇宙洪荒'.repeat(3)}${at}` }),
    '内容',
    `${'天地玄黄宇宙洪荒'.repeat(3)}0`,
  ],
  ['a nested text', (at) => ({ id: `a${at}`, data: { text: sentence(at), lang: 'en' } }), 'data.text', sentence(0)],
  ['a text three deep', (at) => ({ id: `a${at}`, a: { b: { body: sentence(at) } } }), 'a.b.body', sentence(0)],
  [
    'a nested row',
    (at) => ({ row_idx: at, row: { title: 'One title', text: sentence(at) }, truncated_cells: [] }),
    'row.text',
    sentence(0),
  ],
  ['no text of meta', (at) => ({ note: `Note ${at} on it.`, meta: { text: long(at) } }), 'note', 'Note 0 on it.'],
  [
    'a passage beside its questions',
    (at) => ({
      id: hex(at),
      title: 'A_Title',
      context: long(at),
      question: `Who did ${at}?`,
      answers: { text: [`The ${at}`], answer_start: [at] },
    }),
    'context',
    long(0),
  ],
  [
    'a list of paragraphs',
    (at) => ({ id: at, paragraphs: [sentence(at), sentence(at + 1)] }),
    'paragraphs',
    `${sentence(0)}\n${sentence(1)}`,
  ],
  [
    'a list under a known name',
    (at) => ({ tags: ['some tag', 'another tag'], text: [sentence(at), sentence(at + 1)] }),
    'text',
    `${sentence(0)}\n${sentence(1)}`,
  ],
  [
    'texts within a list of objects',
    (at) => ({
      paper_id: hex(at),
      body_text: [
        { text: sentence(at), section: 'Intro' },
        { text: sentence(at + 1), section: 'End' },
      ],
    }),
    'body_text.text',
    `${sentence(0)}\n${sentence(1)}`,
  ],
  [
    'messages',
    (at) => ({
      id: `a${at}`,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: `Why ${at}?` },
        { role: 'assistant', content: 'So.' },
      ],
    }),
    'messages',
    'Be brief.\n\nWhy 0?\n\nSo.',
  ],
  [
    'messages in parts',
    (at) => ({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: `Why ${at}?` },
            { type: 'image_url', image_url: { url: url(at) } },
          ],
        },
        { role: 'assistant', content: 'So.' },
      ],
    }),
    'messages',
    'Why 0?\n\nSo.',
  ],
  [
    'messages that call a tool',
    (at) => ({
      messages: [
        { role: 'user', content: `Why ${at}?` },
        { role: 'assistant', content: null, tool_calls: [{ id: 'x', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', content: '42 of them' },
      ],
    }),
    'messages',
    'Why 0?\n\n42 of them',
  ],
  [
    'messages beside their prompt',
    (at) => ({
      prompt: `Why ${at}?`,
      prompt_id: hex(at),
      messages: [
        { role: 'user', content: `Why ${at}?` },
        { role: 'assistant', content: 'So.' },
      ],
    }),
    'messages',
    'Why 0?\n\nSo.',
  ],
  [
    'conversations',
    (at) => ({
      id: `identity_${at}`,
      conversations: [
        { from: 'human', value: `Why ${at}?` },
        { from: 'gpt', value: 'So.' },
      ],
    }),
    'conversations',
    'Why 0?\n\nSo.',
  ],
  [
    'a conversation under another name',
    (at) => ({
      dialog: [
        { speaker: 'A', text: `Why ${at}?` },
        { speaker: 'B', text: 'So.' },
      ],
    }),
    'dialog',
    'Why 0?\n\nSo.',
  ],
  [
    'a conversation of exchanges',
    (at) => ({
      conversation: [
        { human: `Why ${at}?`, assistant: 'So.' },
        { human: 'And?', assistant: 'No.' },
      ],
    }),
    'conversation',
    'Why 0?\n\nSo.\n\nAnd?\n\nNo.',
  ],
  [
    'a conversation by columns',
    (at) => ({ messages: { role: ['user', 'assistant'], content: [`Why ${at}?`, 'So.'] } }),
    'messages',
    'Why 0?\nSo.',
  ],
  [
    'contents of parts',
    (at) => ({
      contents: [
        { role: 'user', parts: [{ text: `Why ${at}?` }] },
        { role: 'model', parts: [{ text: 'So.' }] },
      ],
    }),
    'contents',
    'Why 0?\n\nSo.',
  ],
  [
    'a nested conversation',
    (at) => ({
      row_idx: at,
      row: {
        messages: [
          { role: 'user', content: `Why ${at}?` },
          { role: 'assistant', content: 'So.' },
        ],
      },
    }),
    'row.messages',
    'Why 0?\n\nSo.',
  ],
  [
    'a text rendered beside its messages',
    (at) => ({ messages: [{ role: 'user', content: `Why ${at}?` }], text: `<user> Why ${at}?` }),
    'text',
    '<user> Why 0?',
  ],
  [
    'prompt and completion',
    (at) => ({ prompt: `Why ${at}?`, completion: 'So.' }),
    'prompt+completion',
    'Why 0?\n\nSo.',
  ],
  [
    'prompt and response',
    (at) => ({ response: 'So.', prompt: `Why ${at}?`, source: 'somewhere' }),
    'prompt+response',
    'Why 0?\n\nSo.',
  ],
  [
    'an instruction',
    (at) => ({ instruction: `Do ${at} for me.`, input: at % 2 ? 'With it.' : '', output: 'Done, all of it.' }),
    'instruction+input+output',
    'Do 0 for me.\n\nDone, all of it.',
  ],
  [
    'an instruction with a system and a history',
    (at) => ({
      system: 'Be brief.',
      instruction: `Do ${at}.`,
      input: 'With it.',
      output: 'Done, all.',
      history: [['Why is it?', 'So.']],
    }),
    'system+history+instruction+input+output',
    'Be brief.\n\nWhy is it?\nSo.\n\nDo 0.\n\nWith it.\n\nDone, all.',
  ],
  [
    'an instruction with a context',
    (at) => ({ instruction: `Do ${at} for me.`, context: 'It is so.', response: 'Done.', category: 'open' }),
    'instruction+context+response',
    'Do 0 for me.\n\nIt is so.\n\nDone.',
  ],
  [
    'question and answer',
    (at) => ({ question: `Why is ${at}?`, answer: 'So.' }),
    'question+answer',
    'Why is 0?\n\nSo.',
  ],
  [
    'a question and a number',
    (at) => ({ question: `Why is ${at}?`, answer: at + 100 }),
    'question+answer',
    'Why is 0?\n\n100',
  ],
  [
    'a system prompt, question and response',
    (at) => ({ id: `n.${at}`, system_prompt: 'Be brief.', question: `Why is ${at}?`, response: 'So it is.' }),
    'system_prompt+question+response',
    'Be brief.\n\nWhy is 0?\n\nSo it is.',
  ],
  [
    'problem and solution',
    (at) => ({ problem: `What is ${at}?`, solution: 'It is so.', source: 'x' }),
    'problem+solution',
    'What is 0?\n\nIt is so.',
  ],
  [
    'a preferred answer',
    (at) => ({ prompt: `Why is ${at}?`, chosen: 'So it is.', rejected: `${long(at)}` }),
    'prompt+chosen',
    'Why is 0?\n\nSo it is.',
  ],
  [
    'a preferred conversation',
    (at) => ({
      chosen: [
        { role: 'user', content: `Why ${at}?` },
        { role: 'assistant', content: 'So.' },
      ],
      rejected: [
        { role: 'user', content: `Why ${at}?` },
        { role: 'assistant', content: long(at) },
      ],
    }),
    'chosen',
    'Why 0?\n\nSo.',
  ],
  [
    'tasks with instances',
    (at) => ({
      id: `seed_task_${at}`,
      name: `a_task_${at}`,
      instruction: `Do ${at} for me.`,
      instances: [{ input: 'It.', output: 'Done.' }],
    }),
    'instruction+instances',
    'Do 0 for me.\n\nIt.\n\nDone.',
  ],
];

describe('the text of records is told', () => {
  it.each(chosen)('%s', async (_, of, field, text) => {
    const reading = await readingOf('a.jsonl', lines(many(of)));
    expect(reading.field).toBe(field);
    expect(reading.found).toContain(field);
    expect(reading.texts).toContain(text);
    expect(reading.withoutText).toBe(0);
  });
});

// The chat template of a model, what it prints, and which tokens of it are answers. What jinja2 makes of more than a hundred
// templates stands in test/interop/test_chat_templates.py.
import { beforeAll, describe, expect, it } from 'vitest';
import { pathTree } from '../../../src/checkpoint/node';
import type { Turn } from '../../../src/corpus/index';
import { chatIds, modelChat, answerEnds, promptText, renderChat, templateToWrite } from '../../../src/lab/chat/index';
import { ChatTemplate } from '../../../src/lab/chat/template/template';
import { openModel, type LoadedModel } from '../../../src/lab/index';

const turns: readonly Turn[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'How many rings has c1ccccc1?' },
  { role: 'assistant', content: '1' },
  { role: 'user', content: 'And CCO?' },
  { role: 'assistant', content: ' 0 ' },
];
const conversation = { turns, place: 'a.jsonl, line 1' };
const marked =
  "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}{{ m.content | trim }}.{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

let model: LoadedModel;
beforeAll(async () => {
  model = await openModel(await pathTree('public/models/rootstock'), 'bundled');
});

const withTemplate = (template: string): LoadedModel => ({
  ...model,
  checkpoint: {
    ...model.checkpoint,
    tokenizerFiles: { ...model.checkpoint.tokenizerFiles, 'chat_template.jinja': template },
  },
});

describe('the plain template', () => {
  it('stands in where the model has none, is said and is written along', () => {
    const chat = modelChat(model);
    expect(chat.from).toBe('default');
    expect(templateToWrite(model)).toBe(chat.template.source);
    expect(renderChat(chat, conversation).text).toBe(
      '<|endoftext|>### system\nBe brief.\n### user\nHow many rings has c1ccccc1?\n### assistant\n1<|endoftext|>\n### user\nAnd CCO?\n### assistant\n 0 <|endoftext|>\n',
    );
    expect(promptText(chat, turns.slice(0, 2))).toMatch(/c1ccccc1\?\n### assistant\n$/);
  });

  it('has answers from the prompt to the end token, which is learned and ends a text', () => {
    const { ids, isAnswer, answerBytes } = chatIds(modelChat(model), model.tokenizer, conversation);
    const learned = [...ids].filter((_, at) => isAnswer[at] === 1);
    expect(model.tokenizer.decode(learned)).toBe('1<|endoftext|> 0 <|endoftext|>');
    expect(answerBytes).toBe(4);
    expect(answerEnds(modelChat(model), model.tokenizer)).toEqual([0]);
  });
});

describe("a model's own template", () => {
  it('goes before the plain one and is not written again', () => {
    expect(modelChat(withTemplate(marked)).from).toBe('chat_template.jinja');
    expect(templateToWrite(withTemplate(marked))).toBeUndefined();
  });

  it('says by {% generation %} what is an answer', () => {
    const { text, answers } = renderChat(modelChat(withTemplate(marked)), conversation);
    expect(answers.map(({ start, end }) => text.slice(start, end))).toEqual(['1.', '0.']);
  });

  it.each([
    ['chat/unsupported-template', '{{ messages }}', /a list printed as text/],
    ['chat/unsupported-template', '{{ messages[0].content | title }}', /the filter `title`/],
    ['chat/unsupported-template', '{% for %}', /cannot be parsed/],
    ['chat/refused-by-template', "{{ raise_exception('Only user and assistant.') }}", /a.jsonl, line 1: .*Only user/],
    ['chat/template-fails', '{{ messages[9].content }}', /of an undefined value/],
    ['chat/answer-not-found', '{{ messages[0].content }}', /does not show where an answer stands/],
  ])('is refused by %s: %s', (code, template, message) => {
    const render = () => renderChat(modelChat(withTemplate(template)), conversation);
    expect(render).toThrow(expect.objectContaining({ code }));
    expect(render).toThrow(message);
  });

  it('keeps names of a loop within one turn of it, as jinja2 does', () => {
    const source = "{% for m in messages %}{% if loop.first %}{% set x = 'set' %}{% endif %}[{{ x }}]{% endfor %}";
    expect(new ChatTemplate(source).render({ messages: [1, 2] }).text).toBe('[set][]');
  });
});

it('a model without template and end token is told what to do', () => {
  const bare = {
    ...model,
    config: { ...model.config, eosTokenIds: [] },
    checkpoint: {
      ...model.checkpoint,
      tokenizerFiles: {
        'tokenizer.json': model.checkpoint.tokenizerFiles['tokenizer.json']!,
        'tokenizer_config.json': '{}',
      },
    },
  };
  expect(() => modelChat(bare)).toThrow(expect.objectContaining({ code: 'chat/no-end-token' }));
});

/**
 * What the lab makes of chat templates: reads a list of {template, variables} or {folder, template, turns}, and writes for each the
 * text, or the code of the error that refuses it; of those with a folder also its ids and which of them are learned.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeChat } from '../../src/lab/chat/encodeChat';
import { promptText, renderChat } from '../../src/lab/chat/renderChat';
import { ChatTemplate } from '../../src/lab/chat/template/template';
import { asLabError } from '../../src/error';
import { openWhole } from '../../src/lab/index';
import { TOKENIZER_FILES, type Tokenizer } from '../../src/tokenizer/index';
import type { Turn } from '../../src/corpus/index';

interface Case {
  readonly template: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly folder?: string;
  readonly turns?: readonly Turn[];
}

export async function main([list, out]: readonly string[]): Promise<number> {
  if (list === undefined || out === undefined) throw new Error('A file of cases and one to write are needed.');
  const tokenizers = new Map<string, Tokenizer>();
  const results = (JSON.parse(readFileSync(list, 'utf8')) as Case[]).map((each) => {
    try {
      return resultOf(each, tokenizers);
    } catch (error) {
      const { code, message } = asLabError(error);
      return { refused: code, message };
    }
  });
  writeFileSync(out, JSON.stringify(results));
  return 0;
}

function resultOf({ template: source, variables, folder, turns }: Case, tokenizers: Map<string, Tokenizer>) {
  const template = new ChatTemplate(source);
  if (!turns) return { text: template.render(variables).text };
  const chat = { template, from: 'default', variables } as const;
  const prompt = promptText(chat, turns.slice(0, -1));
  const rendered = renderChat(chat, { turns, place: 'a test' });
  if (folder === undefined) return { text: rendered.text, prompt, answers: rendered.answers };
  const tokenizer = tokenizers.get(folder) ?? tokenizerOf(folder);
  tokenizers.set(folder, tokenizer);
  const { ids, isAnswer } = encodeChat(tokenizer, rendered);
  return { text: rendered.text, prompt, answers: rendered.answers, ids: [...ids], mask: [...isAnswer] };
}

function tokenizerOf(folder: string): Tokenizer {
  const there = TOKENIZER_FILES.filter((name) => existsSync(join(folder, name)));
  const tokenizerFiles = Object.fromEntries(there.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return openWhole({ name: folder, tokenizerFiles }).tokenizer;
}

/**
 * How a model is talked to: the chat template of its folder, as transformers finds it, or a plain one of ours where it has none, which
 * is said wherever it is used and goes into what is exported.
 */
import type { Checkpoint } from '../../checkpoint/index';
import { LabError } from '../../error';
import { NAMED_TOKENS, parseFile, wholeTokenizer, type TokenizerFiles } from '../../tokenizer/index';
import type { LoadedModel } from '../open/openModel';
import { ChatTemplate } from './template/template';

export type TemplateSource = 'chat_template.jinja' | 'tokenizer_config.json' | 'default';

export interface ModelChat {
  readonly template: ChatTemplate;
  readonly from: TemplateSource;
  /** What a template knows of the model: `bos_token`, `eos_token` … */
  readonly variables: Readonly<Record<string, unknown>>;
}

type Files = Pick<Checkpoint, 'tokenizerFiles'>;

/** @throws LabError chat/unsupported-template, chat/no-end-token. */
export function modelChat(model: Pick<LoadedModel, 'checkpoint' | 'tokenizer' | 'config'>): ModelChat {
  const variables = tokensOf(model.checkpoint);
  const own = templateOf(model.checkpoint);
  if (own) return { template: new ChatTemplate(own.text), from: own.from, variables };
  const { tokenizer, config } = model;
  const end = config.eosTokenIds.find((id) => tokenizer.hasId(id));
  if (variables.eos_token === undefined && end === undefined) {
    throw new LabError(
      'chat/no-end-token',
      'The model has no chat template, and no end-of-text token with which an answer could end.',
      'Name one in tokenizer_config.json (`eos_token`), or give the folder a chat_template.jinja.',
    );
  }
  const written = variables.eos_token === undefined ? JSON.stringify(tokenizer.piece(end!)) : 'eos_token';
  return { template: new ChatTemplate(defaultTemplate(written)), from: 'default', variables };
}

/** The plain template, which a model that was tuned with it must bring along; undefined where it has its own. */
export function templateToWrite(model: Parameters<typeof modelChat>[0]): string | undefined {
  const { template, from } = modelChat(model);
  return from === 'default' ? template.source : undefined;
}

/**
 * Roles as headings, each in its line, an answer ended by the model's own end token: of plain text otherwise, since a model without a
 * template has no tokens for turns. @param end an expression of the template.
 */
function defaultTemplate(end: string): string {
  return [
    '{{ bos_token }}{% for message in messages %}',
    "{{ '### ' + message['role'] + '\\n' + message['content'] }}",
    `{% if message['role'] == 'assistant' %}{{ ${end} }}{% endif %}{{ '\\n' }}`,
    "{% endfor %}{% if add_generation_prompt %}{{ '### assistant\\n' }}{% endif %}",
  ].join('');
}

/** transformers looks into chat_template.jinja first. Of several templates by name, `default`. */
function templateOf({ tokenizerFiles }: Files): { text: string; from: TemplateSource } | undefined {
  const file = tokenizerFiles['chat_template.jinja'];
  if (file !== undefined) return { text: file, from: 'chat_template.jinja' };
  const from = 'tokenizer_config.json';
  if (tokenizerFiles[from] === undefined) return undefined;
  const found = (parseFile(tokenizerFiles, from) as Readonly<Record<string, unknown>>).chat_template;
  if (found === undefined || found === null) return undefined;
  if (typeof found === 'string') return { text: found, from };
  const named = Array.isArray(found) ? (found as readonly { name?: unknown; template?: unknown }[]) : [];
  const chosen = named.find(({ name }) => name === 'default')?.template;
  if (typeof chosen === 'string') return { text: chosen, from };
  throw new LabError(
    'chat/unsupported-template',
    '`chat_template` in tokenizer_config.json is neither a template nor a list with one that is called `default`.',
    'Give the folder a chat_template.jinja.',
  );
}

function tokensOf({ tokenizerFiles }: Files): Readonly<Record<string, unknown>> {
  const { config = {} } = wholeTokenizer(tokenizerFiles as TokenizerFiles);
  const contentOf = (token: unknown) =>
    typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
  return Object.fromEntries(
    NAMED_TOKENS.map((name) => [name, contentOf(config[name])] as const).filter(
      ([, token]) => typeof token === 'string',
    ),
  );
}

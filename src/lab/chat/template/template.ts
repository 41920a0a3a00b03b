/**
 * A chat template: parsed by `@huggingface/jinja`, run by the statements here and the expressions beside them, with the settings that
 * transformers gives jinja2 (`trim_blocks`, `lstrip_blocks`, loop controls, `{% generation %}`). What it says of each answer inside
 * `{% generation %}` is kept with its place in the text.
 */
import { parse, tokenize } from '@huggingface/jinja';
import { LabError } from '../../../error';
import { evaluated, Loop } from './expressions';
import { withGroups } from './groups';
import type { Node } from './nodes';
import { templateFails, unsupported } from './refusal';
import { Scope } from './scope';
import { Callable, isTrue, iterated, kindOf, Namespace, printed, valueOf, type Value } from './values';

/** UTF-16 places in the text, without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface RenderedTemplate {
  readonly text: string;
  /** What `{% generation %}` encloses. */
  readonly generation: readonly Span[];
}

export class ChatTemplate {
  private readonly root: Node;
  /** Whether the template itself says what the assistant writes. */
  readonly marksAnswers: boolean;

  /** @throws LabError chat/unsupported-template where it cannot be parsed. */
  constructor(readonly source: string) {
    const marked = withMarks(source);
    this.marksAnswers = marked !== source;
    // Python strips these, or does not, otherwise than the parser.
    // eslint-disable-next-line no-control-regex
    const odd = /[\ufeff\x85\x1c-\x1f]/u.exec(source);
    if (odd) throw unsupported(`the character U+${odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
    try {
      const tokens = tokenize(marked, { lstrip_blocks: true, trim_blocks: true });
      this.root = parse(withGroups(tokens)) as unknown as Node;
    } catch (cause) {
      throw new LabError(
        'chat/unsupported-template',
        `The chat template cannot be parsed: ${(cause as Error).message}`,
        'Give the model a template without what is named here, or take its template away: then a plain one is used, and said.',
        {},
        cause,
      );
    }
  }

  /** @param variables plain values by name. @throws LabError chat/unsupported-template, chat/template-fails, chat/refused-by-template. */
  render(variables: Readonly<Record<string, unknown>>): RenderedTemplate {
    const scope = new Scope();
    for (const [name, value] of Object.entries(variables)) if (value !== undefined) scope.set(name, valueOf(value));
    const out = new Output();
    if (this.root.type === 'Program') block(this.root.body, scope, out);
    return { text: out.text, generation: out.spans };
  }
}

const BEGINS = 'generation begins';
const ENDS = 'generation ends';

/** The parser takes the tags of `generation` away; comments of ours in their places stay in its tree. */
function withMarks(source: string): string {
  return source.replace(
    /\{%(-?)\s*(end)?generation\s*(-?)%\}/gu,
    (_, left: string, end: string | undefined, right: string) => `{#${left} ${end ? ENDS : BEGINS} ${right}#}`,
  );
}

class Output {
  text = '';
  readonly spans: Span[] = [];
  private begun: number | undefined;

  constructor(private readonly isRoot = true) {}

  begin(): void {
    if (!this.isRoot || this.begun !== undefined)
      throw unsupported('`{% generation %}` inside a macro, a set or itself');
    this.begun = this.text.length;
  }

  end(): void {
    if (this.begun === undefined) throw unsupported('`{% endgeneration %}` in another block than its beginning');
    this.spans.push({ start: this.begun, end: this.text.length });
    this.begun = undefined;
  }

  get isOpen(): boolean {
    return this.begun !== undefined;
  }
}

type Leaving = 'break' | 'continue' | undefined;

function block(nodes: readonly Node[], outer: Scope, out: Output): Leaving {
  let scope = outer;
  const wasOpen = out.isOpen;
  for (const node of nodes) {
    if (node.type === 'Comment') {
      const mark = (node as unknown as { value: string }).value.trim();
      if (mark === BEGINS) {
        out.begin();
        scope = new Scope(outer);
      } else if (mark === ENDS) {
        out.end();
        scope = outer;
      }
      continue;
    }
    const leaving = statement(node, scope, out);
    if (leaving) return leaving;
  }
  if (out.isOpen && !wasOpen) throw unsupported('`{% generation %}` that does not end in its own block');
  return undefined;
}

function statement(node: Node, scope: Scope, out: Output): Leaving {
  switch (node.type) {
    case 'If':
      return block(isTrue(evaluated(node.test, scope)) ? node.body : node.alternate, scope, out);
    case 'For':
      return loop(node, scope, out);
    case 'Break':
      return 'break';
    case 'Continue':
      return 'continue';
    case 'Set':
      assign(node, scope);
      return undefined;
    case 'Macro':
      scope.set(node.name.value, macro(node, scope));
      return undefined;
    case 'CallStatement':
    case 'FilterStatement':
      throw unsupported(node.type === 'CallStatement' ? '`{% call %}`' : '`{% filter %}`');
    default:
      out.text += printed(evaluated(node, scope));
      return undefined;
  }
}

function assign({ assignee, value, body }: Extract<Node, { type: 'Set' }>, scope: Scope): void {
  let given: Value;
  if (value) given = evaluated(value, scope);
  else {
    const inner = new Output(false);
    block(body, new Scope(scope), inner);
    given = inner.text;
  }
  if (assignee.type === 'MemberExpression') {
    const object = evaluated(assignee.object, scope);
    if (!(object instanceof Namespace) || assignee.property.type !== 'Identifier') {
      throw templateFails(`a field of ${kindOf(object)} is set`);
    }
    object.fields.set(assignee.property.value, given);
  } else bind(assignee, given, scope);
}

function bind(target: Node, value: Value, scope: Scope): void {
  if (target.type === 'Identifier') return scope.set(target.value, value);
  if (target.type !== 'TupleLiteral') throw unsupported('setting anything but a name');
  const items = iterated(value);
  if (items.length !== target.value.length)
    throw templateFails(`${items.length} values for ${target.value.length} names`);
  for (const [at, each] of target.value.entries()) bind(each, items[at], scope);
}

function loop(node: Extract<Node, { type: 'For' }>, outer: Scope, out: Output): Leaving {
  const { iterable, loopvar, body, defaultBlock } = node;
  const isFiltered = iterable.type === 'SelectExpression';
  let items = iterated(evaluated(isFiltered ? iterable.lhs : iterable, outer));
  if (isFiltered) {
    items = items.filter((each) => {
      const scope = new Scope(outer);
      bind(loopvar, each, scope);
      return isTrue(evaluated(iterable.test, scope));
    });
  }
  if (items.length === 0) return block(defaultBlock, new Scope(outer), out);
  for (const [at, each] of items.entries()) {
    const scope = new Scope(outer);
    scope.set('loop', loopOf(items, at));
    bind(loopvar, each, scope);
    if (block(body, scope, out) === 'break') break;
  }
  return undefined;
}

function loopOf(items: readonly Value[], at: number): Loop {
  const { length } = items;
  return new Loop(
    Object.entries({
      ...{ index: at + 1, index0: at, first: at === 0, last: at === length - 1, length },
      ...{ revindex: length - at, revindex0: length - at - 1, previtem: items[at - 1], nextitem: items[at + 1] },
    }),
  );
}

function macro({ name, args, body }: Extract<Node, { type: 'Macro' }>, scope: Scope): Callable {
  return new Callable(name.value, (given, named) => {
    const own = new Scope(scope);
    const names = args.map((arg) => (arg.type === 'KeywordArgumentExpression' ? arg.key.value : nameOf(arg)));
    if (given.length > names.length) throw templateFails(`\`${name.value}\` takes ${names.length} arguments`);
    for (const key of named.keys())
      if (!names.includes(key)) throw templateFails(`\`${name.value}\` takes no \`${key}\``);
    for (const [at, arg] of args.entries()) {
      const key = names[at]!;
      const isGiven = at < given.length || named.has(key);
      const otherwise = arg.type === 'KeywordArgumentExpression' ? evaluated(arg.value, own) : undefined;
      own.set(key, isGiven ? (at < given.length ? given[at] : named.get(key)) : otherwise);
    }
    const out = new Output(false);
    block(body, own, out);
    return out.text;
  });
}

function nameOf(node: Node): string {
  if (node.type === 'Identifier') return node.value;
  throw unsupported('a macro with other than names for arguments');
}

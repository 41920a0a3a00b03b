/**
 * Expands the templates in shaders/*.wgsl. Every size in a static graph is known when it is compiled, so shapes, tile
 * sizes and flags become text, and register tiles are unrolled into named scalars (arrays of registers spill on
 * several drivers, and software adapters keep named scalars in machine registers).
 *
 *   ${expression}            integer arithmetic over constants and loop variables, or any constant's text
 *   //#if expression         ... //#else ... //#end
 *   //#for name in count     ... //#end      (name runs from 0 to count - 1; loops nest)
 *   //#include part A=text ...  the shader `part` stands here with its ${A} replaced (lines are counted with it in place)
 *
 * Expressions know + - * / % (integers), comparisons, && || ! and parentheses. An unknown name is an error.
 */
export type ShaderConstants = Readonly<Record<string, number | boolean | string>>;

type Value = number | boolean | string;

export function expandShader(name: string, source: string, constants: ShaderConstants): string {
  const lines = source.split('\n');
  const out: string[] = [];
  const end = expandBlock(name, lines, 0, new Map(Object.entries(constants)), out, true);
  if (end < lines.length) throw problem(name, end, 'has no matching //#if or //#for');
  return out.join('\n');
}

/** Puts the shaders that `source` includes in its place, and what those include; the rest is expanded afterwards. */
export function includeParts(name: string, source: string, parts: Readonly<Record<string, string>>): string {
  return source.replace(/^\/\/#include (\w+)(.*)\n/gm, (_, part: string, list: string) => {
    const text = parts[part];
    if (text === undefined) throw new Error(`shaders/${name}.wgsl includes ${part}, which does not exist`);
    const given = new Map(Array.from(list.matchAll(/(\w+)=(\S+)/g), ([, key, value]) => [key!, value!]));
    const filled = text.replace(/\$\{(\w+)\}/g, (whole, key: string) => given.get(key) ?? whole);
    return includeParts(name, filled, parts);
  });
}

/** Expands from `start` to the directive that closes the block (or the end of the file); returns that line's index. */
function expandBlock(
  name: string,
  lines: readonly string[],
  start: number,
  names: ReadonlyMap<string, Value>,
  out: string[],
  active: boolean,
): number {
  let at = start;
  for (; at < lines.length; at++) {
    const line = lines[at]!;
    const directive = /^\s*\/\/#(\w+)\s*(.*)$/.exec(line);
    if (!directive) {
      if (active) out.push(substitute(name, at, line, names));
      continue;
    }
    const [, keyword, rest] = directive as unknown as [string, string, string];
    if (keyword === 'end' || keyword === 'else') return at;
    if (keyword === 'if') {
      const holds = active && Boolean(evaluate(name, at, rest, names));
      at = expandBlock(name, lines, at + 1, names, out, holds);
      if (lines[at]?.trim() === '//#else') at = expandBlock(name, lines, at + 1, names, out, active && !holds);
    } else if (keyword === 'for') {
      const loop = /^(\w+) in (.+)$/.exec(rest);
      if (!loop) throw problem(name, at, 'should read //#for name in count');
      const count = active ? Number(evaluate(name, at, loop[2]!, names)) : 0;
      const body = at + 1;
      at = expandBlock(name, lines, body, names, [], false);
      for (let i = 0; i < count; i++) expandBlock(name, lines, body, new Map([...names, [loop[1]!, i]]), out, true);
    } else throw problem(name, at, `//#${keyword} is not a directive`);
    if (lines[at]?.trim() !== '//#end') throw problem(name, at, 'a block is not closed by //#end');
  }
  return at;
}

function substitute(name: string, at: number, line: string, names: ReadonlyMap<string, Value>): string {
  return line.replace(/\$\{([^}]*)\}/g, (_, expression: string) => String(evaluate(name, at, expression, names)));
}

const precedence: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

function evaluate(name: string, at: number, expression: string, names: ReadonlyMap<string, Value>): Value {
  const tokens = expression.match(/\w+|\|\||&&|[=!<>]=|[-+*/%<>!()]|\S/g) ?? [];
  let next = 0;

  function unary(): Value {
    const token = tokens[next++];
    if (token === '!') return !unary();
    if (token === '(') {
      const inner = binary(0);
      if (tokens[next++] !== ')') throw problem(name, at, `"${expression}" lacks a closing parenthesis`);
      return inner;
    }
    if (token !== undefined && /^\d+$/.test(token)) return Number(token);
    const value = token === undefined ? undefined : names.get(token);
    if (value === undefined) throw problem(name, at, `"${token ?? expression}" is not a constant given to this shader`);
    return value;
  }

  function binary(level: number): Value {
    const operators = precedence[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    while (operators.includes(tokens[next] ?? '')) left = apply(tokens[next++]!, left, binary(level + 1));
    return left;
  }

  const value = binary(0);
  if (next < tokens.length) throw problem(name, at, `"${expression}" is not an expression`);
  return value;
}

function apply(operator: string, left: Value, right: Value): Value {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (operator === '&&') return Boolean(left) && Boolean(right);
  if (operator === '||') return Boolean(left) || Boolean(right);
  const a = Number(left);
  const b = Number(right);
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Math.trunc(a / b);
    case '%':
      return a % b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function problem(name: string, at: number, what: string): Error {
  return new Error(`shaders/${name}.wgsl:${at + 1}: ${what}`);
}

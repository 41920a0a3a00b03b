// The template language of shaders/*.wgsl.
import { describe, expect, test } from 'vitest';
import { expandShader, includeParts } from '../../../src/engine/wgsl';

function expanded(source: string, constants: Record<string, number | boolean | string> = {}): string {
  return expandShader('sample', source, constants);
}

test.each([
  ['${N}u', { N: 7 }, '7u'],
  ['${A * (B + 1) / 2}', { A: 3, B: 4 }, '7'],
  ['${A - B - 1}', { A: 9, B: 4 }, '4'],
  ['${7 % 4}', {}, '3'],
  ['alias T = ${T};', { T: 'vec4f' }, 'alias T = vec4f;'],
])('%s becomes its value', (source, constants, text) => {
  expect(expanded(source, constants)).toBe(text);
});

test('loops unroll into names, nest, and may depend on each other', () => {
  const source = ['//#for i in N', '//#for j in i + 1', 'c${i}_${j}', '//#end', '//#end'].join('\n');
  expect(expanded(source, { N: 2 })).toBe('c0_0\nc1_0\nc1_1');
});

test.each([
  [true, 3, 'yes'],
  [true, 4, 'no'],
  [false, 3, 'no'],
])('conditions choose a branch: %s, %i -> %s', (FLAG, N, text) => {
  const source = ['//#if FLAG && N < 4', 'yes', '//#else', 'no', '//#end'].join('\n');
  expect(expanded(source, { FLAG, N })).toBe(text);
});

test('a branch not taken is not evaluated', () => {
  expect(
    expanded(['//#if FLAG', '${MISSING}', '//#for i in MISSING', '//#end', '//#end', 'rest'].join('\n'), {
      FLAG: false,
    }),
  ).toBe('rest');
});

describe('mistakes are named with file and line', () => {
  test.each([
    ['a\n${MISSING}', /sample.wgsl:2: "MISSING"/],
    ['//#if A\n', /not closed/],
    ['//#end', /no matching/],
    ['//#while A\n//#end', /not a directive/],
    ['${A A}', /not an expression/],
    ['${(A}', /parenthesis/],
  ])('%j', (source, message) => {
    expect(() => expanded(source, { A: 1 })).toThrow(message);
  });
});

test('a part stands where it is included, with its names given; other names are left to the expansion', () => {
  const parts = { load: 'fn ${LOAD}() { ${OPERAND}[${SIZE}]; }\n' };
  const whole = includeParts('kernel', '//#include load LOAD=loadKey OPERAND=k\nrest\n', parts);
  expect(whole).toBe('fn loadKey() { k[${SIZE}]; }\nrest\n');
  expect(() => includeParts('kernel', '//#include lost\n', parts)).toThrow('shaders/kernel.wgsl includes lost');
});

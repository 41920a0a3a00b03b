// What the built page carries of a shader is the shader: the same code, directives and includes, without comments.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leanShader } from '../../scripts/shaders/leanShaders';

const folder = new URL('../../shaders/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.wgsl'));

/** Words and signs of the code, and whole directives. */
const tokens = (source: string) =>
  source.split('\n').flatMap((line) => {
    if (/^\s*\/\/#/.test(line)) return [line.trim()];
    return line.replace(/\/\/.*$/, '').match(/\w+|\S/g) ?? [];
  });

describe('lean shaders', () => {
  it.each(files)('%s is the same code', (name) => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    const lean = leanShader(source);
    expect(tokens(lean)).toEqual(tokens(source));
    expect(lean.split('\n').filter((line) => /^\s|\/\/(?!#)/.test(line))).toEqual([]);
    expect(lean.length).toBeLessThanOrEqual(source.length);
  });

  it('keeps directives where they stand', () => {
    expect(leanShader('// About\n  //#if BIAS\n    a += 1; // one\n\n  //#end\n')).toBe(
      '//#if BIAS\na += 1;\n//#end\n',
    );
  });
});

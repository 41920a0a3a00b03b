/**
 * Shaders of the built page without comments and indentation, which are two fifths of what they weigh compressed. Directives
 * (`//#if`, `//#for`, `//#include` …) stay. A message about a template then counts the lines that are left.
 */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

export function leanShader(source: string): string {
  const lines = source.split('\n').flatMap((line) => {
    const trimmed = line.trim();
    if (trimmed.startsWith('//#')) return [trimmed];
    const code = trimmed.replace(/\s*\/\/.*$/, '');
    return code === '' ? [] : [code];
  });
  return `${lines.join('\n')}\n`;
}

export const leanShaders: Plugin = {
  name: 'lean-shaders',
  apply: 'build',
  enforce: 'pre',
  load(id) {
    const [file, query] = id.split('?');
    if (query !== 'raw' || !file!.endsWith('.wgsl')) return null;
    return `export default ${JSON.stringify(leanShader(readFileSync(file!, 'utf8')))};`;
  },
};

/** Folders of one small tokenizer with tokens in other files than tokenizer.json, and what transformers makes of them. */
import { readFileSync } from 'node:fs';
import type { TokenizerFiles } from '../../../src/tokenizer/index';

export interface Resolved {
  readonly refused?: string;
  readonly length: number;
  /** By id: the content and the flags that are set. */
  readonly added: Readonly<Record<string, readonly string[]>>;
  readonly bos: number | null;
  readonly eos: number | null;
  readonly pad: number | null;
  readonly ids: readonly number[];
}

export type OutsideCase = {
  readonly added_tokens?: readonly object[];
  readonly transformers5: Resolved;
  readonly transformers4?: Resolved;
};

export const fixture = JSON.parse(readFileSync('test/fixtures/outsideResolution.json', 'utf8')) as {
  readonly text: string;
  readonly 'tokenizer.json': { readonly added_tokens: readonly object[] };
  readonly cases: Readonly<Record<string, OutsideCase>>;
};

export function filesOf({ added_tokens: more = [], ...rest }: OutsideCase): TokenizerFiles {
  const json = fixture['tokenizer.json'];
  const others = Object.entries(rest).filter(([name]) => name.endsWith('.json'));
  return {
    'tokenizer.json': JSON.stringify({ ...json, added_tokens: [...json.added_tokens, ...more] }),
    ...Object.fromEntries(others.map(([name, value]) => [name, JSON.stringify(value)])),
  };
}

// Files that are broken or meant to harm end in an error that names what is wrong, within seconds.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { openTokenizer } from '../../src/lab/index';
import { loadTokenizer } from '../../src/tokenizer/index';

const good = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');

interface Json {
  model: { vocab: Record<string, unknown>; merges: unknown[]; [field: string]: unknown };
  added_tokens: Record<string, unknown>[];
  pre_tokenizer: unknown;
  [field: string]: unknown;
}

function refusal(change: (json: Json) => void): LabError {
  const json = JSON.parse(good) as Json;
  change(json);
  const started = performance.now();
  try {
    const tokenizer = loadTokenizer(json);
    tokenizer.encode('a'.repeat(5000) + '!');
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect(performance.now() - started).toBeLessThan(5000);
    return error as LabError;
  }
  throw new Error('It was taken.');
}

describe('a hostile tokenizer.json', () => {
  it.each<[string, (json: Json) => void, RegExp]>([
    ['a merge of a piece that is missing', (json) => json.model.merges.push(['zzzz', 'qqqq']), /zzzz/],
    ['a merge that is no pair', (json) => json.model.merges.push(['a', 'b', 'c']), /merges/],
    ['a merge that is a number', (json) => json.model.merges.push(7), /merges/],
    ['two pieces with one id', (json) => (json.model.vocab['zzzz'] = 5), /id 5/],
    ['a negative id', (json) => (json.model.vocab['zzzz'] = -1), /zzzz/],
    ['a fractional id', (json) => (json.model.vocab['zzzz'] = 0.5), /zzzz/],
    ['an id beyond all memory', (json) => (json.model.vocab['zzzz'] = 2 ** 40), /zzzz/],
    ['an id that is text', (json) => (json.model.vocab['zzzz'] = '7'), /zzzz/],
    ['a vocabulary that is a list', (json) => (json.model.vocab = [] as unknown as Record<string, unknown>), /vocab/],
    ['no vocabulary', (json) => (json.model.vocab = {}), /vocab/],
    ['merges that are an object', (json) => (json.model.merges = {} as unknown as unknown[]), /merges/],
    ['an added token without content', (json) => delete json.added_tokens[0]!['content'], /added_tokens\[0\]/],
    ['an added token with another token’s id', (json) => (json.added_tokens[0]!['id'] = 77), /added_tokens\[0\]/],
    ['a model of a kind that nobody knows', (json) => (json.model['type'] = 'Oracle'), /Oracle/],
    ['a pre-tokenizer of a kind that nobody knows', (json) => (json.pre_tokenizer = { type: 'Scissors' }), /Scissors/],
    ['a pattern that is none', (json) => (json.pre_tokenizer = split('(')), /pattern/i],
    ['a pattern that backtracks for ever', (json) => (json.pre_tokenizer = split('(a+)+$')), /pattern/i],
    ['another that does', (json) => (json.pre_tokenizer = split('(?:a|a)*b')), /pattern/i],
    ['one that hides it', (json) => (json.pre_tokenizer = split('(?:\\w+\\s?)+!{2}')), /pattern/i],
  ])('%s', (_, change, names) => {
    const { message, hint, code } = refusal(change);
    expect(code).toMatch(/^tokenizer\//);
    expect(`${message} ${hint}`).toMatch(names);
  });

  it('ten megabytes of nesting', () => {
    const deep = good.replace('"normalizer":', `"nest": ${'['.repeat(5e6)}${']'.repeat(5e6)}, "normalizer":`);
    const started = performance.now();
    const open = () => openTokenizer({ name: 'hostile', tokenizerFiles: { 'tokenizer.json': deep } });
    expect(open).toThrow(LabError);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([0.1, 0.5, 0.99])('one that ends at %f of its length', (share) => {
    const tokenizerFiles = { 'tokenizer.json': good.slice(0, good.length * share) };
    expect(() => openTokenizer({ name: 'hostile', tokenizerFiles })).toThrow(/tokenizer\.json/);
  });

  it('a normalizer nested a hundred thousand times', () => {
    let normalizer: unknown = { type: 'NFC' };
    for (let at = 0; at < 100_000; at++) normalizer = { type: 'Sequence', normalizers: [normalizer] };
    const { code } = refusal((json) => (json['normalizer'] = normalizer));
    expect(code).toMatch(/^tokenizer\//);
  });
});

function split(pattern: string) {
  return { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
}

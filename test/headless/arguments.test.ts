import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { parseCommand } from '../../src/headless/arguments';
import { verbs } from '../../src/headless/verbTable';
import { helpText } from '../../src/headless/help';

function refusal(...argv: string[]): LabError {
  try {
    parseCommand(argv);
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown;
    throw thrown;
  }
  throw new Error('was not refused');
}

describe('the command line', () => {
  it('reads flags in both spellings and fills in defaults', () => {
    const command = parseCommand(['eval', '--corpus', 'a.txt', '--model=dir', '--json']);
    expect(command.verb).toBe('eval');
    expect(command.text('corpus')).toBe('a.txt');
    expect(command.text('model')).toBe('dir');
    expect(command.json).toBe(true);
    expect(parseCommand(['tokenize', '--text', 'x']).text('model')).toBe('bundled');
    expect(parseCommand(['generate', '--prompt', '--model', '--temperature', '0.5']).text('prompt')).toBe('--model');
  });

  const refused: [string, string[], RegExp][] = [
    ['an unknown verb', ['evaluate'], /`evaluate`/],
    ['an unknown flag', ['eval', '--corpus', 'a', '--verbose'], /`--verbose`/],
    ['a flag of another verb', ['eval', '--corpus', 'a', '--steps', '3'], /`--steps`/],
    ['a stray word', ['eval', 'a.txt'], /`a.txt`/],
    ['a missing flag', ['expand', '--corpus', 'a', '--new-tokens', '5'], /--out/],
    ['a missing value', ['eval', '--corpus'], /--corpus/],
    ['a number that is none', ['train', '--corpus', 'a', '--out', 'b', '--steps', 'many'], /`many`/],
    ['steps below nothing', ['train', '--corpus', 'a', '--out', 'b', '--steps', '-5'], /whole number from 1.*`-5`/],
    ['no steps at all', ['train', '--corpus', 'a', '--out', 'b', '--steps', '0'], /whole number from 1.*`0`/],
    ['a rate that is no number', ['train', '--corpus', 'a', '--out', 'b', '--lr', 'NaN'], /--lr.*`NaN`/],
    ['no bytes at all', ['eval', '--corpus', 'a', '--max-bytes', '0'], /whole number from 1.*`0`/],
    ['no tokens at all', ['generate', '--prompt', 'a', '--max-tokens', '0'], /whole number from 1.*`0`/],
    ['a probability above one', ['generate', '--prompt', 'a', '--top-p', '3'], /above 0 and at most 1.*`3`/],
    ['a seed that is cut off', ['generate', '--prompt', 'a', '--seed', '99999999999'], /4294967295.*`99999999999`/],
    ['tokens without end', ['inspect', '--new-tokens', '999999999999'], /from 0 to 262144/],
    ['a choice that is none', ['train', '--corpus', 'a', '--out', 'b', '--train', 'head'], /`head`/],
  ];
  it.each(refused)('refuses %s by name', (_, argv, pattern) => {
    const error = refusal(...argv);
    expect(error.code).toBe('headless/bad-arguments');
    expect(error.message).toMatch(pattern);
  });

  it('explains every verb and flag', () => {
    const text = helpText('help');
    for (const [verb, { flags }] of Object.entries(verbs)) {
      expect(text).toMatch(new RegExp(`^${verb}( [A-Z]+)?:`, 'm'));
      for (const flag of Object.keys(flags)) expect(text).toContain(`--${flag}`);
    }
  });
});

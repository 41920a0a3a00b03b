// Lists of strings: words are joined as words are, lines and paragraphs as lines.
import { describe, expect, it } from 'vitest';
import { lines, many, readingOf } from './reading';

const numbered = (at: number): string => 'abcdefghij'.charAt(at % 10) + 'klmnopqrst'.charAt(Math.floor(at / 10));

describe('a list', () => {
  it.each<[string, string, readonly string[], string]>([
    ['of tagged words', 'tokens', ['EU', 'rejects', 'German', 'call', '.'], ' EU rejects German call .'],
    [
      'of words, an address among them',
      'tokens',
      ['see', 'http://t.co/abcdefghijk', ';', ':-)'],
      ' see http://t.co/abcdefghijk ; :-)',
    ],
    ['of words with an empty one', 'words', ['one', '', 'two', 'three'], ' one two three'],
    [
      'of Chinese characters',
      'tokens',
      ['海', '钓', '比', '赛', 'NBA', '地', '点', '在', '厦', '门'],
      '海钓比赛NBA地点在厦门',
    ],
    [
      'of Chinese verses',
      'paragraphs',
      ['床前明月光，疑是地上霜。', '举头望明月，低头思故乡。'],
      '\n床前明月光，疑是地上霜。\n举头望明月，低头思故乡。',
    ],
    ['of lines', 'lines', ['One', 'A line', 'Two'], '\nOne\nA line\nTwo'],
    ['of lines with their ends', 'source', ['import\n', 'os\n'], '\nimport\nos\n'],
    [
      'of long words',
      'sequences',
      ['MKTAYIAKQRQISFVKSHFSRQ', 'GSHMASMTGGQQMGRGS'],
      '\nMKTAYIAKQRQISFVKSHFSRQ\nGSHMASMTGGQQMGRGS',
    ],
  ])('%s', async (_, name, items, text) => {
    const records = many((at) => ({ id: at, [name]: [numbered(at), ...items] }));
    const { texts } = await readingOf('a.jsonl', lines(records), { textField: name });
    expect(texts).toEqual(many((at) => numbered(at) + text).toSorted());
  });

  it('of words is found among lists of numbers', async () => {
    const words = (at: number) => [numbered(at), 'rejects', 'a', 'German', 'call', '.'];
    const records = many((at) => ({ id: `${at}`, tokens: words(at), ner_tags: [0, 1, 2, 3, 4, 5] }));
    expect(await readingOf('a.jsonl', lines(records))).toMatchObject({
      field: 'tokens',
      texts: many((at) => words(at).join(' ')).toSorted(),
    });
  });
});

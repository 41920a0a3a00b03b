import { expect, it } from 'vitest';
import { folderTree } from '../../../src/checkpoint/node';
import { openTokenizerFolder, piecesOf } from '../../../src/lab/index';
import { piecesShown } from '../../../src/lab/open/pieces';
import { withSplitCharacters } from '../../../src/lab/open/splitCharacters';

const encoder = new TextEncoder();
const cut = (text: string, ...lengths: number[]) => {
  const bytes = encoder.encode(text);
  let at = 0;
  return lengths.map((length) => bytes.slice(at, (at += length)));
};
const escaped = () => 'as it was';

it.each([
  ['a character a byte', '何', [1, 1, 1], ['何₁', '何₂', '何₃']],
  ['a half and the rest', '何', [2, 1], ['何₁₂', '何₃']],
  ['a whole one with the beginning of the next', '，何', [4, 2], ['，何₁', '何₂₃']],
  ['one of four bytes', '🌊', [1, 3], ['🌊₁', '🌊₂₃₄']],
  ['whole characters', '何人', [3, 3], ['as it was', 'as it was']],
  ['what never becomes whole', '何', [1, 1], ['as it was', 'as it was']],
])('%s is shown as characters', (_, text, lengths, shown) => {
  expect(withSplitCharacters(cut(text, ...lengths), escaped)).toEqual(shown);
});

it('no byte of a character is spelled out where a tokenizer cuts a text of another script', async () => {
  const { tokenizer } = await openTokenizerFolder(await folderTree('public/models/rootstock'));
  const text = '有女名羅子，生來纔兩春。';
  const pieces = piecesOf(tokenizer, text);
  expect(pieces.length).toBeGreaterThan(text.length);
  expect(pieces.map((piece) => piece.text).join(' ')).not.toMatch(/\\x/u);
  expect(pieces.at(-1)!.text).toMatch(/^。/u);
  const ids = Array.from(tokenizer.encode('何').ids);
  expect(piecesShown(tokenizer, ids).map((piece) => piece.text.charAt(0))).toEqual(ids.map(() => '何'));
});

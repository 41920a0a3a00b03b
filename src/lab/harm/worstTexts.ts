/** The general texts that a training made worst, in both spellings with the price of each piece: where it is, one sees. */
import type { Tokenizer } from '../../tokenizer/index';
import type { WorseText } from './harmReport';
import { pricedPieces, type PricedDocument } from './pricedText';

/** UTF-16 units of a text that are shown. */
const shown = 1200;

/** Texts that either tokenizer loses have no price and are left out. */
export function worstTexts(
  tokenizer: Tokenizer,
  baseTokenizer: Tokenizer,
  own: readonly PricedDocument[],
  base: readonly PricedDocument[],
  isNew: ReadonlySet<number>,
  most: number,
): { readonly worst: WorseText[]; readonly worseDocuments: number } {
  const worse = own.flatMap((document, index) => {
    const before = base[index]!;
    if (document.lostBytes > 0 || before.lostBytes > 0) return [];
    const [arm, untouched] = [bitsOf(document), bitsOf(before)];
    return arm > untouched ? [{ index, arm, base: untouched }] : [];
  });
  worse.sort((a, b) => b.arm - b.base - (a.arm - a.base));
  const worst = worse.slice(0, most).map(({ index, arm, base: untouched }) => ({
    ...{ bytes: own[index]!.bytes, arm, base: untouched },
    armPieces: pricedPieces(tokenizer, own[index]!, isNew, shown),
    basePieces: pricedPieces(baseTokenizer, base[index]!, new Set(), shown),
    hidden: Math.max(0, own[index]!.text.length - shown),
  }));
  return { worst, worseDocuments: worse.length };
}

const bitsOf = ({ nats, bytes }: PricedDocument): number =>
  nats.reduce((sum, value) => sum + value, 0) / (Math.LN2 * Math.max(1, bytes));

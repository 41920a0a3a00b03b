/** What harm says in words. */
import { msg, str } from '@lit/localize';
import type { HarmReport, ReferenceKind } from '../../worker/index';
import { fixed } from '../format';

export const referenceName = (kind: ReferenceKind, name: string): string =>
  kind === 'base' ? msg(str`Untouched base, ${name}`) : msg(str`Control, ${name}`);

export function harmSentence({ references }: Pick<HarmReport, 'references'>): string {
  const difference = references.find(({ kind }) => kind === 'base')?.difference;
  if (!difference) return msg('General text cannot be compared: a tokenizer loses some of it.');
  const { bitsPerByte, interval } = difference;
  const amount = fixed(Math.abs(bitsPerByte), 3);
  if (!interval || (interval[0] <= 0 && interval[1] >= 0)) {
    return msg(str`No harm is seen on general text: ${amount} bits per byte, within what chance would give.`);
  }
  return bitsPerByte > 0
    ? msg(str`General text costs ${amount} bits per byte more than before training.`)
    : msg(str`General text costs ${amount} bits per byte less than before training.`);
}

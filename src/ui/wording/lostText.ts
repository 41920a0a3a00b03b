/**
 * Text that a tokenizer cannot write, in words. What stands under an unknown token has no price, so that wherever bits per
 * byte would stand the lost bytes are said instead.
 */
import { msg, str } from '@lit/localize';
import type { Comparison, ScoreResult } from '../../worker/index';
import { count, fixed, joinSentences } from '../format';

type Lost = Pick<ScoreResult, 'bytes' | 'lostBytes'>;

/** Bits per byte, or a dash where text is lost. */
export const bitsText = (bitsPerByte: number | null): string => fixed(bitsPerByte ?? Number.NaN, 3);

export const bytesPerTokenText = ({ bytes, lostBytes, tokens }: Lost & Pick<ScoreResult, 'tokens'>): string =>
  fixed(lostBytes > 0 ? Number.NaN : bytes / tokens, 2);

export const lostShort = ({ bytes, lostBytes }: Lost): string =>
  msg(str`${count(lostBytes)} of ${count(bytes)} bytes lost`);

export const noPrice = (): string =>
  msg('Lost text has no price: the unknown token costs little, whatever it stands for. So no number is given.');

export function lostOfArms({ arms }: Comparison): string {
  const lostOf = (name: Comparison['arms'][number]['arm']) => arms.find(({ arm }) => arm === name)?.heldOut;
  const [base, graft] = [lostOf('base'), lostOf('grafted-trained')];
  if (!base || !graft) return noPrice();
  return joinSentences(
    msg(
      str`Of ${count(base.bytes)} bytes of held-out text the base cannot write ${count(base.lostBytes)}, the graft ${count(graft.lostBytes)}.`,
    ),
    noPrice(),
  );
}

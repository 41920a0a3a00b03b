/** Scores in the command line's words. Where text is lost there is no number: what stands under an unknown token has no price. */
import type { ScoreResult } from '../lab/index';

type Bits = Pick<ScoreResult, 'bitsPerByte'>;

export const bitsText = ({ bitsPerByte }: Bits): string => bitsPerByte?.toFixed(4) ?? 'none';

/** Empty where nothing is lost. */
export function lostLine(name: string, { lostBytes, bytes }: Pick<ScoreResult, 'lostBytes' | 'bytes'>): string[] {
  if (lostBytes === 0) return [];
  return [
    `${name}: ${lostBytes} of ${bytes} bytes are lost, since the tokenizer has no token for them; lost text has no bits per byte.`,
  ];
}

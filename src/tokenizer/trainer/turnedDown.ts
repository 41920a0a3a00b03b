// Why candidates did not become tokens, and so why a vocabulary came out smaller than was asked for. Each candidate counts
// once, under the last rule that forbade it.

export type Refusal =
  /** Seen less often than the minimum frequency. */
  | 'too-rare'
  | 'too-few-documents'
  /** Holds a digit, which is not merged unless asked for. */
  | 'digit'
  | 'too-long'
  /** Matches what is never to be merged. */
  | 'never-merge'
  /** Dead: the pre-tokenizer or earlier merges cut every text elsewhere. */
  | 'never-reached'
  /** The vocabulary has the piece, so that it would only get a second way to itself. */
  | 'known'
  /** Begins a longer symbol that is a token already, or that did not fit in, and would be found in its place. */
  | 'cuts-longer'
  /** Joined to an added token, the unknown token or a byte of byte fallback, which merge with nothing. */
  | 'unmergeable'
  /** An added token that the decoder would make other text of. */
  | 'undecodable'
  /** Learned, and taken out again: by hand, or because it is seen less often than the exposure asked for. */
  | 'turned-down';

export interface Shortfall {
  readonly asked: number;
  readonly learned: number;
  readonly turnedDown: Readonly<Partial<Record<Refusal, number>>>;
}

export class TurnedDown {
  private readonly reasons = new Map<string, Refusal>();
  private others = 0;

  add(piece: string, reason: Refusal): void {
    this.reasons.set(piece, reason);
  }

  /** A candidate that was turned down and has become a token after all. */
  remove(piece: string): void {
    this.reasons.delete(piece);
  }

  /** Those with this reason. */
  pieces(reason: Refusal): string[] {
    return [...this.reasons].filter(([, each]) => each === reason).map(([piece]) => piece);
  }

  /** Candidates that are counted without a name: pairs too rare to be looked at. */
  addRare(count: number): void {
    this.others += count;
  }

  /** Null where there are as many tokens as were asked for. */
  shortfall(asked: number, learned: number): Shortfall | null {
    if (learned >= asked) return null;
    const turnedDown: Partial<Record<Refusal, number>> = this.others > 0 ? { 'too-rare': this.others } : {};
    for (const reason of this.reasons.values()) turnedDown[reason] = (turnedDown[reason] ?? 0) + 1;
    return { asked, learned, turnedDown };
  }
}

const said: Readonly<Record<Refusal, string>> = {
  'too-rare': 'are seen less often than asked for',
  'too-few-documents': 'stand in fewer documents than asked for',
  digit: 'hold a digit, which is not merged',
  'too-long': 'are longer than allowed',
  'never-merge': 'match what is never merged',
  'never-reached': 'would never be reached, since the text is cut elsewhere before',
  known: 'are tokens already',
  'cuts-longer': 'begin a longer symbol, and would be found in its place',
  unmergeable: 'join a byte, an added token or the unknown token, which merge with nothing',
  undecodable: 'would be decoded as other text, since the decoder reads their letters as bytes',
  'turned-down': 'were turned down afterwards, by hand or for their exposure',
};

const remedies: Readonly<Partial<Record<Refusal, string>>> = {
  'too-rare': 'give more text, or lower the minimum frequency',
  'too-few-documents': 'lower the minimum number of documents',
  digit: 'allow digits to merge',
  'too-long': 'allow longer tokens',
  'cuts-longer': 'ask for more new tokens',
  'never-merge': 'narrow what is never merged',
  'turned-down': 'ask for a lower exposure',
};

/** `{ digit: 3 }` as "3 hold a digit, which is not merged"; the largest number first. */
export function turnedDownText(turnedDown: Shortfall['turnedDown']): string {
  return sorted(turnedDown)
    .map(([reason, count]) => `${count} ${said[reason]}`)
    .join('; ');
}

/** What would let more of them in, the largest number first; empty where nothing would. */
export function remedyText(turnedDown: Shortfall['turnedDown']): string {
  const ways = sorted(turnedDown).flatMap(([reason]) => remedies[reason] ?? []);
  return ways.length === 0 ? '' : `To let more in: ${ways.join('; ')}.`;
}

function sorted(turnedDown: Shortfall['turnedDown']): [Refusal, number][] {
  return (Object.entries(turnedDown) as [Refusal, number][]).sort((a, b) => b[1] - a[1]);
}

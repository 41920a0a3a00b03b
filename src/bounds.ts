/** What a number may be, as one value: the command line, the lab and the page refuse by the same. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
  /** Whether `least` itself is not one of them. */
  readonly isAbove?: boolean;
}

export function isWithin(value: number, { least, most, isWhole, isAbove }: Bounds): boolean {
  return value <= most && (isAbove ? value > least : value >= least) && (!isWhole || Number.isInteger(value));
}

/** `a whole number from 1 to 510` */
export function boundsText({ least, most, isWhole, isAbove }: Bounds): string {
  const number = isWhole ? 'a whole number' : 'a number';
  if (isAbove) return `${number} above ${least}${most === Infinity ? '' : ` and at most ${most}`}`;
  return most === Infinity ? `${number} of at least ${least}` : `${number} from ${least} to ${most}`;
}

// NFC, NFD, NFKC, NFKD. The platform normalises; the alignment is that of the Rust library, which counts for each character
// that comes out how many went in and gives it the span of the first of them: "é" from a letter and an accent covers the
// letter. Runs that cannot interact (a character with the marks and Hangul vowels or finals after it, and what the K forms make of
// halfwidth ones) are aligned by themselves.
import { afterUnicode9 } from '../unicodeVersions';
import { AlignedTextBuilder, type AlignedText } from './alignedText';
import type { Normalizer } from './normalizer';

type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

const RUN =
  /[^\p{M}\u1160-\u11ff\u3131-\u318e\uff9e-\uffdc]?[\p{M}\u1160-\u11ff\u3131-\u318e\uff9e-\uffdc]+|[^\p{M}\u1160-\u11ff\u3131-\u318e\uff9e-\uffdc]/gu;

export class UnicodeForm implements Normalizer {
  /** The Rust library's forms know none of these: they stay, and nothing is put in order or together across them. */
  private readonly unknown = afterUnicode9();

  constructor(readonly form: Form) {}

  normalize(input: AlignedText): AlignedText {
    if (input.text.normalize(this.form) === input.text) return input;
    const builder = new AlignedTextBuilder(input);
    let at = 0;
    for (const { 0: unknown, index } of input.text.matchAll(this.unknown)) {
      this.putKnown(builder, input.text.slice(at, index), at);
      at = index + unknown.length;
      builder.keep(index, at);
    }
    this.putKnown(builder, input.text.slice(at), at);
    return builder.finish();
  }

  private putKnown(builder: AlignedTextBuilder, text: string, from: number): void {
    const runs = text.match(RUN) ?? [];
    const normalized = runs.map((run) => run.normalize(this.form));
    const whole = text.normalize(this.form);
    if (normalized.join('') === whole) {
      let at = from;
      for (const [index, run] of runs.entries()) {
        if (normalized[index] === run) builder.keep(at, at + run.length);
        else this.put(builder, run, at);
        at += run.length;
      }
    } else {
      // Two runs did interact: the text is right, the alignment coarse.
      builder.replace(whole, from, from + text.length);
    }
  }

  private put(builder: AlignedTextBuilder, run: string, from: number): void {
    const characters = Array.from(run);
    const starts = [from];
    for (const character of characters) starts.push(starts.at(-1)! + character.length);
    let consumed = 0;
    for (const { text, takes } of alignedCharacters(characters, this.form)) {
      // What a decomposition adds belongs to the character before it.
      const source = Math.min(characters.length - 1, Math.max(0, takes > 0 ? consumed : consumed - 1));
      builder.replace(text, starts[source]!, starts[source + 1]!);
      consumed += takes;
    }
  }
}

interface Part {
  readonly text: string;
  /** Characters of the input that it stands for. */
  readonly takes: number;
}

function alignedCharacters(characters: readonly string[], form: Form): Part[] {
  const decomposed = form.includes('K') ? 'NFKD' : 'NFD';
  const parts = characters.flatMap((character) =>
    Array.from(character.normalize(decomposed), (text, at): Part => ({ text, takes: at === 0 ? 1 : 0 })),
  );
  const whole = characters.join('');
  const ordered = new Parts(parts);
  const inOrder = Array.from(whole.normalize(decomposed), (text) => ordered.take(text));
  if (form.endsWith('D')) return inOrder;
  const composed = new Parts(inOrder);
  return Array.from(whole.normalize(form), (text) => {
    const takes = Array.from(text.normalize(decomposed)).reduce((sum, part) => sum + composed.take(part).takes, 0);
    return { text, takes };
  });
}

/** Taken one after the other by their text, the first of each: nearly in the order that they stand in. */
class Parts {
  private readonly isTaken: boolean[];
  private from = 0;

  constructor(private readonly parts: readonly Part[]) {
    this.isTaken = parts.map(() => false);
  }

  take(text: string): Part {
    while (this.isTaken[this.from]) this.from++;
    for (let at = this.from; at < this.parts.length; at++) {
      if (this.isTaken[at] || this.parts[at]!.text !== text) continue;
      this.isTaken[at] = true;
      return this.parts[at]!;
    }
    return { text, takes: 0 };
  }
}

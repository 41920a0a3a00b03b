// Regular expressions of tokenizer.json are Oniguruma's (Ruby syntax), run by the Rust library. JavaScript reads the same
// text differently: `\s` knows U+FEFF but not U+0085, `\d` and `\w` are ASCII, `.` stops at four characters, and Node 20
// has no `(?i:...)`. This file rewrites a pattern into JavaScript's `u` dialect with Oniguruma's meaning; what cannot be
// rewritten exactly (possessive quantifiers, atomic groups, set operations, back references) is refused by name.
import { LabError } from '../../error';
import { unsupported } from '../json';
import { slowPattern } from './slowPattern';

const SPACE = 'White_Space';
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
/** What lower case leaves out: the other characters that fold to an ASCII letter. */
const FOLDS_TO: Readonly<Record<string, string>> = { s: 'ſ', k: '\u212a' };

/** @param field names the pattern in errors, for example `pre_tokenizer.pattern.Regex`. */
export function onigPattern(source: string, field: string): RegExp {
  const translated = new Translation(source, field).run();
  try {
    const expression = new RegExp(translated, 'gu');
    const doubt = slowPattern(translated);
    if (doubt !== null) throw slow(field, doubt, source);
    return expression;
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw unsupported(field, `has a regular expression that cannot be followed (${(cause as Error).message})`, {
      source,
    });
  }
}

function slow(field: string, doubt: string, source: string): LabError {
  return new LabError(
    'tokenizer/slow-pattern',
    `tokenizer.json: the pattern \`${field}\` ${doubt}, so that some text may take it for ever.`,
    'Published tokenizers have no such pattern; take the file from the model’s own repository.',
    { field, source },
  );
}

/** A plain string as a pattern that matches exactly it. */
export function literalPattern(text: string): RegExp {
  return new RegExp(Array.from(text, literal).join(''), 'gu');
}

export function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/u.test(character) ? `\\u{${character.codePointAt(0)!.toString(16)}}` : character;
}

class Translation {
  private readonly characters: readonly string[];
  private at = 0;
  private ignoreCase = false;

  constructor(
    source: string,
    private readonly field: string,
  ) {
    this.characters = Array.from(source);
  }

  run(): string {
    let out = '';
    const outerCase: boolean[] = [];
    while (this.at < this.characters.length) {
      const character = this.characters[this.at++]!;
      if (character === '(') {
        outerCase.push(this.ignoreCase);
        out += this.groupStart(outerCase);
      } else if (character === ')') {
        this.ignoreCase = outerCase.pop() ?? false;
        out += ')';
      } else if (character === '[') {
        out += this.characterClass();
      } else if (character === '\\') {
        out += this.escape(false);
      } else if ('*+?'.includes(character)) {
        out += character + this.lazyMark();
      } else if (character === '{') {
        out += this.braces();
      } else if (character === '.') {
        out += '[^\\n]';
      } else if (character === '^') {
        out += '(?<![^\\n])';
      } else if (character === '$') {
        out += '(?![^\\n])';
      } else if (character === '|') {
        out += '|';
      } else {
        out += this.one(character);
      }
    }
    return out;
  }

  private refuse(what: string): never {
    throw unsupported(this.field, `uses ${what}, which the lab does not know`, { source: this.characters.join('') });
  }

  private groupStart(outerCase: boolean[]): string {
    if (this.characters[this.at] !== '?') return '(?:';
    const rest = this.characters.slice(this.at, this.at + 8).join('');
    const plain = /^\?(?:[:=!]|<[=!])/u.exec(rest)?.[0];
    if (plain !== undefined) {
      this.at += plain.length;
      return `(${plain}`;
    }
    const flags = /^\?(-?)i([:)])/u.exec(rest);
    if (flags === null) this.refuse(`the group \`(${rest.slice(0, 3)}\``);
    this.at += flags[0].length;
    this.ignoreCase = flags[1] === '';
    if (flags[2] === ':') return '(?:';
    // `(?i)` holds until the group around it ends.
    outerCase.pop();
    return '';
  }

  private lazyMark(): string {
    if (this.characters[this.at] === '+') this.refuse('a possessive quantifier');
    if (this.characters[this.at] !== '?') return '';
    this.at++;
    return '?';
  }

  private braces(): string {
    const counts = /^(\d*)(,?)(\d*)\}/u.exec(this.characters.slice(this.at, this.at + 16).join(''));
    if (counts === null || (counts[1] === '' && counts[3] === '')) return '\\{';
    this.at += counts[0].length;
    if (this.characters[this.at] === '+') this.refuse('a quantifier after a quantifier');
    return `{${counts[1] || '0'}${counts[2]}${counts[3]}}${this.lazyMark()}`;
  }

  private one(character: string): string {
    const same = this.sameLetter(character);
    return same.length === 1 ? literal(character) : `[${same.join('')}]`;
  }

  /** The characters that equal `character` under the case rule in force. */
  private sameLetter(character: string): string[] {
    if (!this.ignoreCase || !/\p{Alphabetic}/u.test(character)) return [character];
    const lower = character.toLowerCase();
    if (!/^[a-z]$/u.test(lower)) this.refuse(`a case-insensitive \`${character}\``);
    return [lower, lower.toUpperCase(), ...(FOLDS_TO[lower] ?? '')];
  }

  private escape(inClass: boolean): string {
    const character = this.characters[this.at++];
    switch (character) {
      case 's':
        return `\\p{${SPACE}}`;
      case 'S':
        return `\\P{${SPACE}}`;
      case 'd':
        return '\\p{Nd}';
      case 'D':
        return '\\P{Nd}';
      case 'w':
        return inClass ? WORD : `[${WORD}]`;
      case 'W':
        return inClass ? this.refuse('`\\W` in a character class') : `[^${WORD}]`;
      case 'p':
      case 'P':
        return this.property(character);
      case 'r':
      case 'n':
      case 't':
      case 'f':
      case 'v':
        return `\\${character}`;
      case 'x':
      case 'u':
        return this.codePoint(character);
      default:
        if (character === undefined || /[\p{L}\p{N}]/u.test(character))
          this.refuse(`the escape \`\\${character ?? ''}\``);
        return literal(character);
    }
  }

  private codePoint(kind: 'x' | 'u'): string {
    const rest = this.characters.slice(this.at, this.at + 12).join('');
    const found = (kind === 'u' ? /^([0-9a-f]{4})/iu : /^(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{2}))/iu).exec(rest);
    if (found === null) this.refuse(`the escape \`\\${kind}${rest.slice(0, 4)}\``);
    this.at += found[0].length;
    return `\\u{${found[1] ?? found[2]!}}`;
  }

  private property(letter: 'p' | 'P'): string {
    const found = /^\{(\^?)([A-Za-z_=]+)\}/u.exec(this.characters.slice(this.at, this.at + 48).join(''));
    if (found === null) this.refuse(`\`\\${letter}\` without a property name in braces`);
    this.at += found[0].length;
    const name = found[2]!;
    if (this.ignoreCase && /^(?:L[ult]|Lowercase.*|Uppercase.*)$/u.test(name))
      this.refuse(`a case-insensitive \`\\p{${name}}\``);
    const escape = (letter === 'P') === (found[1] === '^') ? '\\p' : '\\P';
    for (const candidate of [name, `Script=${name}`]) {
      try {
        new RegExp(`\\p{${candidate}}`, 'u');
        return `${escape}{${candidate}}`;
      } catch {
        // Not a general category or binary property; scripts need their prefix in JavaScript.
      }
    }
    return this.refuse(`the property \`${name}\``);
  }

  private characterClass(): string {
    let out = '[';
    if (this.characters[this.at] === '^') {
      this.at++;
      out += '^';
    }
    if (this.characters[this.at] === ']') this.refuse('an empty character class');
    for (;;) {
      const character = this.characters[this.at++];
      if (character === undefined) this.refuse('a character class without an end');
      if (character === ']') return out + ']';
      if (character === '[') this.refuse('a set inside a character class');
      if (character === '&' && this.characters[this.at] === '&') this.refuse('an intersection of sets');
      const next = this.characters[this.at];
      const isRange = next === '-' && this.characters[this.at + 1] !== ']';
      if (character === '-') out += '\\-';
      else if (character === '\\') out += this.escape(true);
      else if (isRange) out += this.rangeStart(character);
      else out += this.sameLetter(character).map(literal).join('');
      // `\x41-\x5a`: the dash after an escape stays a dash of a range.
      if (character === '\\' && this.characters[this.at] === '-' && this.characters[this.at + 1] !== ']') {
        this.at++;
        out += '-';
      }
    }
  }

  private rangeStart(first: string): string {
    const last = this.characters[this.at + 1];
    if (last === '\\') {
      if (this.ignoreCase) this.refuse('a case-insensitive range with escapes');
      this.at++;
      return `${literal(first)}-`;
    }
    if (last === undefined || last === '[') this.refuse('a range without an end');
    this.at += 2;
    const range = `${literal(first)}-${literal(last)}`;
    if (!this.ignoreCase) return range;
    if (first === 'a' && last === 'z') return `a-zA-Zſ\u212a`;
    if (first === 'A' && last === 'Z') return `a-zA-Zſ\u212a`;
    if (/^[0-9]$/u.test(first) && /^[0-9]$/u.test(last)) return range;
    return this.refuse(`the case-insensitive range \`${first}-${last}\``);
  }
}

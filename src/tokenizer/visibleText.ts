// Bytes for people: text where it is text, `\xE4` where it is not, escapes for what cannot be seen.

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function visibleText(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at]!);
    try {
      if (length === 0) throw new TypeError('not a first byte');
      out += strict.decode(bytes.subarray(at, at + length)).replace(INVISIBLE, escaped);
      at += length;
    } catch {
      out += `\\x${bytes[at++]!.toString(16).toUpperCase().padStart(2, '0')}`;
    }
  }
  return out;
}

/** Whether bytes are whole characters. */
export function isText(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function escaped(character: string): string {
  return ESCAPES[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Bytes of the UTF-8 sequence that a first byte begins; 0 for a byte that begins none. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/**
 * Damage for readers of files: seeded, so that a failure can be run again. Bytes are flipped, overwritten with the numbers
 * that parsers trip over, cut, moved and doubled; JSON also gets other values in the places of its own.
 */
export type Random = () => number;

const NUMBERS = [
  0n,
  1n,
  2n,
  7n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

export function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)]!;
}

/** One to four changes within the first `reach` bytes. */
export function mutatedBytes(bytes: Uint8Array, random: Random, reach = bytes.length): Uint8Array {
  let mutated: Uint8Array = bytes.slice();
  for (let changes = 1 + below(random, 4); changes > 0; changes--) mutated = changedBytes(mutated, random, reach);
  return mutated;
}

function changedBytes(bytes: Uint8Array, random: Random, reach: number): Uint8Array {
  const at = below(random, Math.max(1, Math.min(reach, bytes.length)));
  const length = Math.min(1 + below(random, 40), bytes.length - at);
  // Numbers in place leave the rest of a file readable, and so reach the furthest.
  switch (random() < 0.5 ? 2 : below(random, 8)) {
    case 0:
      if (bytes.length > 0) bytes[at]! ^= 1 << below(random, 8);
      return bytes;
    case 1:
      if (bytes.length > 0) bytes[at] = pick(random, [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x7b, 0x5b]);
      return bytes;
    case 2:
    case 3: {
      const width = pick(random, [4, 8]);
      const number = new DataView(new ArrayBuffer(8));
      number.setBigUint64(0, pick(random, [...NUMBERS, BigInt(bytes.length), BigInt(at)]), true);
      if (at + width <= bytes.length) bytes.set(new Uint8Array(number.buffer, 0, width), at);
      return bytes;
    }
    case 4:
      return bytes.slice(0, at);
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 6:
      return joined(bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at));
    default: {
      const from = below(random, Math.max(1, bytes.length - length));
      bytes.copyWithin(at, from, from + length);
      return bytes;
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const LITERALS = [
  '0',
  '-1',
  '1',
  '3',
  '0.5',
  '1e-400',
  '1e400',
  '-0',
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '1e18',
  'null',
  'true',
  'false',
  '""',
  '"x"',
  '"F32"',
  '"llama"',
  '[]',
  '{}',
  '[1]',
  '[null]',
  '[[[[[[[[[[1]]]]]]]]]]',
  '{"a":{"a":{"a":{"a":{"a":1}}}}}',
  '"\\ud800"',
  'NaN',
];

/** One to four changes: of values and keys, which leaves JSON, three times in four; else of the text. */
export function mutatedJson(text: string, random: Random): string {
  return random() < 0.75 ? mutatedValues(text, random) : mutatedText(text, random);
}

function mutatedValues(text: string, random: Random): string {
  const root: { value: unknown } = { value: JSON.parse(text) };
  for (let changes = 1 + below(random, 3); changes > 0; changes--) {
    const places: [Record<string, unknown>, string][] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null || places.length > 5000) return;
      for (const key of Object.keys(node)) {
        places.push([node as Record<string, unknown>, key]);
        walk((node as Record<string, unknown>)[key]);
      }
    };
    walk(root.value);
    if (places.length === 0) break;
    const [node, key] = pick(random, places);
    const literal = pick(random, LITERALS);
    const [otherNode, otherKey] = pick(random, places);
    switch (below(random, 6)) {
      case 0:
        Reflect.deleteProperty(node, key);
        break;
      case 1:
        // A copy: a value inside itself would be no JSON.
        node[key] = JSON.parse(JSON.stringify(otherNode[otherKey] ?? null));
        break;
      case 2:
        node[`${key}${pick(random, ['', ' ', 's', '\u0000'])}`] = node[key];
        break;
      default:
        node[key] = literal === 'NaN' ? -1 : JSON.parse(literal);
    }
  }
  return JSON.stringify(root.value);
}

function mutatedText(text: string, random: Random): string {
  let mutated = text;
  for (let changes = 1 + below(random, 4); changes > 0; changes--) {
    const tokens = [...mutated.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g)];
    const token = tokens[below(random, Math.max(1, tokens.length))];
    if (!token) return mutated;
    const [before, after] = [mutated.slice(0, token.index), mutated.slice(token.index + token[0].length)];
    const other = pick(random, tokens)[0];
    const nested = below(random, 50) === 0 ? '['.repeat(2000) + ']'.repeat(2000) : pick(random, LITERALS);
    switch (below(random, 5)) {
      case 0:
        mutated = before + after;
        break;
      case 1:
        mutated = before + other + after;
        break;
      case 2:
        mutated = before + token[0] + token[0] + after;
        break;
      default:
        mutated = before + nested + after;
    }
  }
  return mutated;
}

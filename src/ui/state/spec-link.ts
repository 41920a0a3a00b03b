/**
 * A specification in an address: JSON, deflated, in base64url, behind the hash, so that it is never sent to a server.
 * Its text is laid out so that an arm can be read at a glance: what fits a line stands on one.
 */
import type { WrittenSpec } from '../../worker/index';

/** An address longer than this is no specification of anybody; what it would inflate to is not asked. */
const longestLink = 100_000;
const longestText = 1_000_000;

export async function specToLink(spec: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(spec));
  const packed = await through(bytes, new CompressionStream('deflate-raw'), Infinity);
  return btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** The text of it as it was packed; null where the link is damaged. What it says is not checked. */
export async function textFromLink(link: string): Promise<string | null> {
  if (link.length > longestLink) return null;
  try {
    const packed = Uint8Array.from(atob(link.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const bytes = await through(packed, new DecompressionStream('deflate-raw'), longestText);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return specText(JSON.parse(text));
  } catch {
    return null;
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  { readable, writable }: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  // The reader tells of a failure; here it only must not be left unheard.
  written.catch(() => undefined);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readable as ReadableStream<Uint8Array>) {
    size += chunk.length;
    if (size > most) throw new RangeError('Too long for a specification.');
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The address that shows it in this page. */
export async function specAddress(spec: WrittenSpec, page = location.href): Promise<string> {
  return `${page.replace(/#.*$/s, '')}#train?spec=${await specToLink(spec)}`;
}

/** JSON, indented by two; objects and lists that fit a line of 76 stand on it. */
export function specText(value: unknown, indent = ''): string {
  const line = oneLine(value);
  if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) return line;
  if (indent !== '' && indent.length + line.length <= 76) return line;
  const inner = `${indent}  `;
  const rows = Object.entries(value).map(
    ([name, item]) => `${inner}${Array.isArray(value) ? '' : `${JSON.stringify(name)}: `}${specText(item, inner)}`,
  );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${rows.join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${oneLine(item)}`)
    .join(', ')}}`;
}

/**
 * Where a field of a path such as `arms["continued"].stages[0].moves` stands in the text: from the start of its name to the
 * end. Names are looked for one behind the other, which is right but for odd orders; null where one is not there.
 */
export function fieldIn(text: string, path: string): readonly [start: number, end: number] | null {
  let found: readonly [number, number] | null = null;
  for (const [, quoted, plain] of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|([A-Za-z_]\w*)/g)) {
    const name = quoted === undefined ? `"${plain}"` : `"${quoted}"`;
    const start = text.indexOf(`${name}:`, found?.[1] ?? 0);
    if (start < 0) return found;
    found = [start, start + name.length];
  }
  return found;
}

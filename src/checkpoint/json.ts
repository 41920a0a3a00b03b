/**
 * JSON from files that nobody vouches for. One pass over the text before `JSON.parse` refuses what it would take in
 * silence or choke on: nesting deeper than any real file has, and objects that name the same key twice (the last one
 * would win). The pass does not judge syntax; `JSON.parse` does that after it.
 */
import { LabError } from '../error';
import { refuseLfsPointer } from '../gitLfs';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Throws `checkpoint/pointer`, `checkpoint/json-depth`, `checkpoint/json-duplicate-key` or `checkpoint/json-syntax`, naming the file. */
export function parseJson(text: string, file: string, maxDepth = 64): Json {
  refuseLfsPointer(file, text, 'checkpoint/pointer');
  refuseDeepAndDouble(text, file, maxDepth);
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = text.trimStart().startsWith('<')
      ? 'This is an HTML page, not the file: the server answered with a page of its own.'
      : 'Fetch the file again; it may be cut off or damaged.';
    throw new LabError('checkpoint/json-syntax', `\`${file}\` is not valid JSON: ${why}`, hint, { file }, cause);
  }
}

export function parseJsonObject(text: string, file: string, maxDepth = 64): JsonObject {
  const value = parseJson(text, file, maxDepth);
  if (!isJsonObject(value)) {
    throw new LabError(
      'checkpoint/json-shape',
      `\`${file}\` holds ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}; an object was expected.`,
      'Check that this is the file of a model folder.',
      { file, expected: 'object' },
    );
  }
  return value;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseDeepAndDouble(text: string, file: string, maxDepth: number): void {
  // For each open bracket: the keys seen so far for an object, null for a list.
  const open: (Set<string> | null)[] = [];
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      const start = i;
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
      const keys = open.at(-1);
      if (expectKey && keys) {
        const raw = text.slice(start + 1, i);
        const key = raw.includes('\\') ? unescaped(raw) : raw;
        if (keys.has(key)) {
          throw new LabError(
            'checkpoint/json-duplicate-key',
            `\`${file}\` names \`${key.slice(0, 200)}\` twice.`,
            'The file is damaged or was edited by hand; fetch it again.',
            { file, key: key.slice(0, 200) },
          );
        }
        keys.add(key);
        expectKey = false;
      }
    } else if (code === 0x7b || code === 0x5b) {
      if (open.length >= maxDepth) {
        throw new LabError(
          'checkpoint/json-depth',
          `\`${file}\` nests deeper than ${maxDepth} levels.`,
          'No model folder needs this; the file is damaged or hostile.',
          { file, expected: maxDepth },
        );
      }
      open.push(code === 0x7b ? new Set() : null);
      expectKey = code === 0x7b;
    } else if (code === 0x7d || code === 0x5d) {
      open.pop();
      expectKey = false;
    } else if (code === 0x2c) {
      expectKey = open.at(-1) instanceof Set;
    }
  }
}

function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

/**
 * Translations of the built page by the first half of their ids: an id is a hash of sixteen hexadecimal digits, which no compression
 * makes shorter, and half of one tells two thousand messages apart as well. The page asks by whole ids, as @lit/localize makes them.
 */
import type { Plugin } from 'vite';

const hashed = /'([hs][0-9a-f]{16})'(?=:)/g;
const kept = 9;

/** Throws where two ids begin alike. */
export function withShortIds(code: string): string {
  const ids = [...code.matchAll(hashed)].map(([, id]) => id!);
  const short = new Set(ids.map((id) => id.slice(0, kept)));
  if (short.size < ids.length) throw new Error(`two of ${ids.length} translations have ids that begin alike`);
  const cut = code.replace(hashed, (_, id: string) => `'${id.slice(0, kept)}'`);
  return (
    cut.replace('export const templates = ', 'const short = ') +
    `\nexport const templates = new Proxy(short, { get: (all, id) => all[/^[hs][0-9a-f]{16}$/.test(id) ? id.slice(0, ${kept}) : id] });\n`
  );
}

export const shortIds: Plugin = {
  name: 'short-ids-of-translations',
  enforce: 'pre',
  apply: 'build',
  transform: (code, id) =>
    /\/src\/ui\/locales\/(?!codes)[\w-]+\.ts$/.test(id) ? { code: withShortIds(code), map: null } : null,
};

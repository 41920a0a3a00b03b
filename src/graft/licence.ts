// By itself, because every model that is opened is asked for it, and few cards are written.

/** `license` of a card's front matter, in lower case; undefined when it states none. */
export function licenceOf(readme: string): string | undefined {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readme)?.[1];
  return front && /^license:\s*["']?([\w.+-]+)/m.exec(front)?.[1]?.toLowerCase();
}

// Which notation texts are written in, from the texts alone.
import { grammars, type NamedGrammar } from './grammars';

/** Characters that the decision looks at. */
const SAMPLE = 200_000;

/** The grammar with the largest share of the characters over its own least share; null for ordinary text. */
export function detectGrammar(documents: readonly string[]): NamedGrammar | null {
  const text = sample(documents);
  let best: { grammar: NamedGrammar; share: number } | null = null;
  for (const grammar of Object.values(grammars)) {
    if (grammar.leastShare === null) continue;
    const notation = grammar.aside ? text.replace(grammar.aside, '') : text;
    if (grammar.needs && notation.search(grammar.needs) < 0) continue;
    const words = notation.split(/\s+/u);
    const total = words.reduce((sum, word) => sum + word.length, 0);
    const inside = words.reduce((sum, word) => sum + (grammar.word.test(word) ? word.length : 0), 0);
    const share = inside / Math.max(1, total);
    if (share >= grammar.leastShare && (best === null || share > best.share)) best = { grammar, share };
  }
  return best?.grammar ?? null;
}

function sample(documents: readonly string[]): string {
  const parts: string[] = [];
  let length = 0;
  for (const document of documents) {
    parts.push(document.slice(0, SAMPLE - length));
    length += parts.at(-1)!.length + 1;
    if (length >= SAMPLE) break;
  }
  return parts.join('\n');
}

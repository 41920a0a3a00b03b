/** What the command line says of a model's files: one line a note, on stderr, so that --json stays one value. */
import type { ModelNote } from '../lab/index';

export function tellNotes(notes: readonly ModelNote[]): void {
  for (const note of notes) process.stderr.write(`note: ${noteLine(note)}\n`);
}

export function noteLine(note: ModelNote): string {
  switch (note.kind) {
    case 'tokens-without-rows': {
      const tokens = listed(note.tokens.map(({ id, text }) => `${JSON.stringify(text)} (id ${id})`));
      return `the tokenizer has ${tokens} beyond the model's ${note.embeddingRows} embedding rows; no text may hold ${note.tokens.length === 1 ? 'it' : 'them'}`;
    }
    case 'unused-tensors':
      return `${note.names.length} tensors (${(note.bytes / 1e6).toFixed(1)} MB) are not described by config.json and not computed with: ${listed(note.names)}`;
    case 'renamed-tensors':
      return `${note.count} tensors are saved ${note.found === '' ? 'without a prefix' : `as \`${note.found}...\``} and are read and written as \`${note.expected}...\``;
    case 'head-as-embedding':
      return `the one matrix of the tied model is saved as \`${note.head}\` and is read and written as \`${note.input}\``;
    case 'made-tokenizer':
      return `there is no tokenizer.json; it was made from ${note.from.join(' and ')} as transformers makes it for ${note.like}`;
  }
}

const named = 8;

function listed(names: readonly string[]): string {
  return names.slice(0, named).join(', ') + (names.length > named ? `, and ${names.length - named} more` : '');
}

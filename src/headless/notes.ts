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
    case 'read-otherwise': {
      const { className, text, ids, otherIds, differing, probes } = note;
      const remedy = note.canObey
        ? 'folders that the lab writes name a class that follows the file (--tokenizer-class kept leaves it)'
        : 'no class changes that for this model type: load the folder with PreTrainedTokenizerFast';
      return `AutoTokenizer of transformers 5 reads this folder as ${className}, which cuts ${differing} of ${probes} texts otherwise than tokenizer.json, which the lab follows: ${JSON.stringify(text)} is ${ids.join(' ')} by the file, ${otherIds.join(' ')} by the class; ${remedy}`;
    }
    case 'tokens-outside':
      return `${note.tokens.length} tokens stand outside of tokenizer.json and are taken from its other files: ${listed(note.tokens)}`;
    case 'renumbered-tokens':
      return `tokens get another id than a file names, as transformers gives it: ${listed(note.tokens.map(({ content, named: id, id: given }) => `${content} ${given} (named ${id})`))}`;
  }
}

const named = 8;

function listed(names: readonly string[]): string {
  return names.slice(0, named).join(', ') + (names.length > named ? `, and ${names.length - named} more` : '');
}

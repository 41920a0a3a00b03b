/** What is worth knowing of a model's files, in the page's language. */
import { msg, str } from '@lit/localize';
import type { ModelNote } from '../../worker/index';
import { count, fileSize } from '../format';

export function noteSentence(note: ModelNote): string {
  switch (note.kind) {
    case 'tokens-without-rows': {
      const tokens = listed(note.tokens.map(({ id, text }) => `${text} (${id})`));
      return msg(
        str`The tokenizer has tokens beyond the ${count(note.embeddingRows)} embedding rows: ${tokens}. No text may hold them; a graft gives them rows.`,
      );
    }
    case 'unused-tensors':
      return msg(
        str`${count(note.names.length)} tensors (${fileSize(note.bytes)}) are not described by config.json. They are kept, and not computed with: ${listed(note.names)}.`,
      );
    case 'renamed-tensors':
      return note.found === ''
        ? msg(str`The weights were saved without the prefix ${note.expected} and are written with it.`)
        : msg(str`The weights were saved as ${note.found}… and are written as ${note.expected}….`);
    case 'head-as-embedding':
      return msg(
        str`The one vocabulary matrix was saved as ${note.head} and is written as ${note.input}, as transformers does.`,
      );
    case 'made-tokenizer':
      return msg(
        str`There is no tokenizer.json. It was made from ${note.from.join(' + ')} as transformers makes it for ${note.like}.`,
      );
  }
}

const named = 6;

function listed(names: readonly string[]): string {
  return names.slice(0, named).join(', ') + (names.length > named ? ', …' : '');
}

/** What is worth knowing of a model's files, in the page's language. */
import { msg, str } from '@lit/localize';
import type { ModelNote } from '../../worker/index';
import { count, fileSize, plain } from '../format';

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
        str`${count(note.names.length)} tensors (${plain(fileSize(note.bytes))}) are not described by config.json. They are kept, and not computed with: ${listed(note.names)}.`,
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
    case 'read-otherwise':
      return [
        msg(
          str`AutoTokenizer would read this folder as ${note.className}, which cuts ${count(note.differing)} of ${count(note.probes)} texts otherwise than tokenizer.json, which the lab follows: ${JSON.stringify(note.text)} is ${note.ids.join(' ')} by the file and ${note.otherIds.join(' ')} by the class.`,
        ),
        note.canObey
          ? msg('A download names a class that follows the file, unless you keep this one.')
          : msg('No class changes that for this kind of model: load the folder with PreTrainedTokenizerFast.'),
      ].join(' ');
    case 'tokens-outside':
      return msg(
        str`Some tokens stand outside of tokenizer.json and are taken from its other files, as transformers does: ${listed(note.tokens)}.`,
      );
    case 'renumbered-tokens': {
      const tokens = listed(note.tokens.map(({ content, named: id, id: given }) => `${content} ${id} → ${given}`));
      return msg(str`A file names other ids than tokens are given by transformers: ${tokens}.`);
    }
  }
}

const named = 6;

function listed(names: readonly string[]): string {
  return names.slice(0, named).join(', ') + (names.length > named ? ', …' : '');
}

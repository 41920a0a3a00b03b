/** What is said of a model when it is opened, in English. */
import type { ModelNote } from '../lab/index';

const SHOWN = 5;

export function noteText(note: ModelNote): string {
  const some = (names: readonly string[]): string =>
    names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');
  switch (note.kind) {
    case 'read-otherwise': {
      const { className, text, ids, otherIds, differing, probes } = note;
      const remedy = note.canObey
        ? 'Folders that the lab writes name a class that follows the file (--tokenizer-class kept leaves it).'
        : 'No class in tokenizer_config.json changes that for this model type; load the folder with PreTrainedTokenizerFast.';
      return `AutoTokenizer of transformers 5 reads this folder as ${className}, which cuts ${differing} of ${probes} texts otherwise than tokenizer.json, which the lab follows: ${JSON.stringify(text)} is ${ids.join(' ')} by the file, ${otherIds.join(' ') || 'nothing'} by the class. ${remedy}`;
    }
    case 'tokens-outside':
      return `${note.tokens.length} tokens stand outside of tokenizer.json and are taken from its other files: ${some(note.tokens)}.`;
    case 'renumbered':
      return `Tokens get another id than a file names, as transformers gives it: ${some(note.tokens.map(({ content, named, id }) => `${content} ${id} (named ${named})`))}.`;
    case 'past-rows':
      return `Added tokens lie past the ${note.rows} embedding rows; texts that hold one are refused: ${some(note.tokens.map(({ content, id }) => `${content} ${id}`))}.`;
    case 'unused-tensors':
      return `${note.names.length} tensors are not described by config.json, and are neither read nor written: ${some(note.names)}.`;
  }
}

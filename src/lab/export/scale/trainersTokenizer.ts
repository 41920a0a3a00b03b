/**
 * The tokenizer of a folder that goes on elsewhere, read by three installations with three releases of transformers, which
 * choose and build classes by rules of their own. tokenizer.json therefore holds every token, as train.py reads nothing else, and
 * tokenizer_config.json names the one class that takes the file as it is in all of them, unless the folder's own is to be kept.
 */
import {
  chosenClass,
  formatLike,
  obeyingConfig,
  parseFile,
  wholeTokenizer,
  type TokenizerFiles,
} from '../../../tokenizer/index';
import { tokenizerFilesOf } from '../../vocabulary/vocabulary';
import type { ModelToExport } from '../exportModel';

export interface TrainersTokenizer {
  readonly files: TokenizerFiles;
  /** What AutoTokenizer of transformers 5.23 makes of a class that is kept; null: it reads tokenizer.json as it is. */
  readonly readAs: string | null;
}

export function trainersTokenizer(
  exported: Pick<ModelToExport, 'model' | 'files' | 'tokenizerClass'>,
): TrainersTokenizer {
  const { model, files = tokenizerFilesOf(model), tokenizerClass } = exported;
  const { json } = wholeTokenizer(files);
  const whole = { ...files, 'tokenizer.json': rewritten(files, 'tokenizer.json', json) };
  if (tokenizerClass === 'kept') {
    const reading = model.summary.notes?.find((note) => note.kind === 'read-otherwise');
    return { files: whole, readAs: reading?.className ?? null };
  }
  const name = 'tokenizer_config.json';
  const own = files[name] === undefined ? {} : (parseFile(files, name) as Readonly<Record<string, unknown>>);
  const obeying = obeyingConfig(own, chosenClass(json, own, model.checkpoint.config), model.tokenizer);
  return { files: { ...whole, [name]: rewritten(files, name, obeying) }, readAs: null };
}

/** The very text where nothing in it changes. */
function rewritten(files: TokenizerFiles, name: keyof TokenizerFiles, value: object): string {
  const text = files[name];
  if (text === undefined) return formatLike('{\n  "', value);
  return JSON.stringify(parseFile(files, name)) === JSON.stringify(value) ? text : formatLike(text, value);
}

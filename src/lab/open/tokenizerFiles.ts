/**
 * The tokenizer's files of a folder, completed: where there is no tokenizer.json, one is made of what there is, so that
 * everything behind (measuring, extending, writing) finds one.
 */
import type { Checkpoint } from '../../checkpoint/index';
import { makeTokenizerJson } from '../../tokenizer/index';
import type { ModelNote } from './modelNotes';

type TokenizerFolder = Pick<Checkpoint, 'name' | 'tokenizerFiles' | 'tokenizerModel'>;

/** @param modelType `model_type` of config.json, where there is one. Throws what making one throws. */
export function withTokenizerJson<Folder extends TokenizerFolder>(
  folder: Folder,
  modelType: unknown,
): { readonly folder: Folder; readonly notes: readonly ModelNote[] } {
  const { tokenizerFiles, tokenizerModel } = folder;
  if (tokenizerFiles['tokenizer.json'] !== undefined) return { folder, notes: [] };
  const made = makeTokenizerJson(tokenizerFiles, tokenizerModel, modelType);
  if (!made) return { folder, notes: [] };
  const { files, from, like } = made;
  return {
    folder: { ...folder, tokenizerFiles: { ...tokenizerFiles, ...files } },
    notes: [{ kind: 'made-tokenizer', from, like }],
  };
}

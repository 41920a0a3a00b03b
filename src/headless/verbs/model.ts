/** `--model`: the bundled model, a folder or a GGUF file; `--tokenizer`: a folder that needs no weights. */
import { fileURLToPath } from 'node:url';
import { modelTree, openTokenizerFiles } from '../../checkpoint/index';
import { pathTree } from '../../checkpoint/node';
import { openModel, openTokenizer, openTokenizerModel, type LoadedModel, type TokenizerModel } from '../../lab/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { Command } from '../arguments';

const bundledName = 'rootstock';

export function modelFolder(command: Command): string {
  const model = command.text('model')!;
  return model === 'bundled' ? fileURLToPath(new URL('../../../public/models/rootstock', import.meta.url)) : model;
}

export async function modelOf(command: Command): Promise<LoadedModel> {
  const isBundled = command.text('model') === 'bundled';
  return openModel(
    await pathTree(modelFolder(command)),
    isBundled ? 'bundled' : 'folder',
    isBundled ? { name: bundledName } : {},
  );
}

/** A tokenizer with the sizes of its model. */
export async function tokenizerModelOf(command: Command): Promise<TokenizerModel> {
  const folder = command.text('tokenizer');
  return folder === undefined ? modelOf(command) : openTokenizerModel(await pathTree(folder));
}

/** A tokenizer alone: the folder of `--tokenizer` need not hold a config.json. */
export async function tokenizerOf(command: Command): Promise<Tokenizer> {
  const folder = command.text('tokenizer');
  if (folder === undefined) return (await modelOf(command)).tokenizer;
  return openTokenizer(await openTokenizerFiles(await modelTree(await pathTree(folder))));
}

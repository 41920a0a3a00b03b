/** `--model`: the bundled model, or a folder; `--tokenizer`: a folder that needs no weights. */
import { fileURLToPath } from 'node:url';
import { openTokenizerFiles } from '../../checkpoint/index';
import { folderTree } from '../../checkpoint/node';
import { openModel, openTokenizer, openTokenizerModel, type LoadedModel, type TokenizerModel } from '../../lab/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { Command } from '../arguments';

const bundledName = 'rootstock';

export function modelFolder(command: Command): string {
  return folderNamed(command.text('model')!);
}

export function modelOf(command: Command): Promise<LoadedModel> {
  return openNamed(command.text('model')!);
}

/** @param model `bundled`, or the path of a folder. */
export async function openNamed(model: string): Promise<LoadedModel> {
  const tree = await folderTree(folderNamed(model));
  return model === 'bundled' ? openModel(tree, 'bundled', { name: bundledName }) : openModel(tree, 'folder');
}

function folderNamed(model: string): string {
  return model === 'bundled' ? fileURLToPath(new URL('../../../public/models/rootstock', import.meta.url)) : model;
}

/** A tokenizer with the sizes of its model. */
export async function tokenizerModelOf(command: Command): Promise<TokenizerModel> {
  const folder = command.text('tokenizer');
  return folder === undefined ? modelOf(command) : openTokenizerModel(await folderTree(folder));
}

/** A tokenizer alone: the folder of `--tokenizer` need not hold a config.json. */
export async function tokenizerOf(command: Command): Promise<Tokenizer> {
  const folder = command.text('tokenizer');
  if (folder === undefined) return (await modelOf(command)).tokenizer;
  return openTokenizer(await openTokenizerFiles(await folderTree(folder)));
}

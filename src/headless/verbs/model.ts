/** `--model`: the bundled model, or a folder. */
import { fileURLToPath } from 'node:url';
import { folderTree } from '../../checkpoint/node';
import { openModel, type LoadedModel } from '../../lab/index';
import type { Command } from '../arguments';

const bundledName = 'rootstock';

export function modelFolder(command: Command): string {
  const model = command.text('model')!;
  return model === 'bundled' ? fileURLToPath(new URL('../../../public/models/rootstock', import.meta.url)) : model;
}

export async function modelOf(command: Command): Promise<LoadedModel> {
  const isBundled = command.text('model') === 'bundled';
  return openModel(
    await folderTree(modelFolder(command)),
    isBundled ? 'bundled' : 'folder',
    isBundled ? { name: bundledName } : {},
  );
}

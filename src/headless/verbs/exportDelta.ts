/** `export --to delta`: only the new rows of a grafted folder, for whoever has the base. */
import { folderSink, folderTree } from '../../checkpoint/node';
import { LabError } from '../../error';
import { DELTA_FILE } from '../../graft/index';
import { deltaOfFolders, writeDelta } from '../../lab/index';
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { progressLine } from '../stdout';
import { plainExport } from './exportSafetensors';
import { modelPath, openNamed } from './model';
import { outFolder } from './outFolder';

export async function exportDelta(command: Command): Promise<Answer> {
  const baseName = command.text('base');
  if (baseName === undefined) {
    throw new LabError(
      'headless/bad-arguments',
      '`export --to delta` needs `--base bundled|DIR`.',
      'Give the model as it was before it was grafted.',
    );
  }
  if ((command.text('dtype') ?? 'source') !== 'source') {
    throw new LabError(
      'headless/bad-arguments',
      'A delta has the number type of its base; `--dtype` does not go with it.',
      'Choose the type when the delta is applied.',
    );
  }
  const out = await outFolder(command, [modelPath(command)]);
  const onProgress = progressLine();
  const delta = await deltaOfFolders(await openNamed(command, baseName), await plainExport(command));
  const { count, firstNewId } = await writeDelta(await folderSink(out), delta, { onProgress });
  const bytes = (await folderTree(out)).open(DELTA_FILE)!.size;
  return {
    value: { out, base: delta.base.summary.name, newTokens: count, firstNewId, bytes },
    text: `${count} new rows for ${delta.base.summary.name}, ${bytes} bytes; written to ${out}`,
  };
}

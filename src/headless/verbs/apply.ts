/** `apply`: a base and a delta, or an adapter of peft, become a model folder. Needs no GPU. */
import { folderSink, folderTree } from '../../checkpoint/node';
import { earlierGraft, openModel, putOnBase, verifyWeights, writeModel } from '../../lab/index';
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { progressLine } from '../stdout';
import { exportOf, weightsAs } from './exportSafetensors';
import { modelFiles, modelPath } from './model';
import { outFolder } from './outFolder';

export async function applyVerb(command: Command): Promise<Answer> {
  const delta = command.text('delta')!;
  const out = await outFolder(command, [modelPath(command), delta]);
  const onProgress = progressLine();
  const tree = await putOnBase(await modelFiles(command), await folderTree(delta), { onProgress });
  const model = await openModel(tree, 'folder');
  const exported = { ...(await exportOf(tree, model)), ...weightsAs(command) };
  await writeModel(await folderSink(out), exported, onProgress);
  const { bytes } = await verifyWeights(await folderTree(out), exported, onProgress);
  const newTokens = (await earlierGraft(tree, model))?.newTokens.length ?? 0;
  return {
    value: { out, newTokens, embeddingRows: model.summary.embeddingRows, bytes, verified: true },
    text: `${newTokens} new tokens put on; compared byte by byte, written to ${out}`,
  };
}

/** `export --to scale`: a folder with which other trainers go on, its model compared with the source byte by byte. */
import { join } from 'node:path';
import { folderSink, folderTree } from '../../checkpoint/node';
import { LabError } from '../../error';
import { MODEL_FOLDER, verifyWeights, writeScale } from '../../lab/index';
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { progressLine } from '../stdout';
import { takenFiles } from '../taken';
import { corpusOf } from './corpus';
import { plainExport } from './exportSafetensors';
import { modelPath } from './model';
import { outFolder } from './outFolder';

export async function exportScale(command: Command): Promise<Answer> {
  if (command.text('corpus') === undefined) {
    throw new LabError(
      'headless/bad-arguments',
      '`export --to scale` needs `--corpus FILE`.',
      'Give the texts that training goes on with.',
    );
  }
  const out = await outFolder(command, [modelPath(command)]);
  const exported = await plainExport(command);
  const corpus = await corpusOf(command);
  const onProgress = progressLine();
  await writeScale(await folderSink(out), { exported, corpus }, onProgress);
  const { bytes } = await verifyWeights(await folderTree(join(out, MODEL_FOLDER)), exported, onProgress);
  const newIds = exported.newTokens.map(({ id }) => id);
  return {
    value: {
      out,
      newIds,
      trainDocuments: corpus.summary.trainDocuments,
      heldOutDocuments: corpus.heldOut.length,
      bytes,
      verified: true,
      corpus: takenFiles(corpus.summary),
    },
    text: `${newIds.length} new tokens, ${corpus.summary.trainDocuments} documents to train on, ${corpus.heldOut.length} held out; README.md in ${out} has the commands`,
  };
}

/** `export --to safetensors`: the same model in another type or in shards, compared with its source once it is written. */
import { readText, type FileTree, type WeightDtype } from '../../checkpoint/index';
import { folderSink, folderTree } from '../../checkpoint/node';
import { LabError } from '../../error';
import {
  earlierGraft,
  verifyWeights,
  writeModel,
  type LoadedModel,
  type ModelToExport,
  type WeightsAs,
} from '../../lab/index';
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { progressLine } from '../stdout';
import { tokenizerClassOf } from './tokenizerClass';
import { modelFiles, modelOf, modelPath } from './model';
import { outFolder } from './outFolder';

export async function exportSafetensors(command: Command): Promise<Answer> {
  const out = await outFolder(command, [modelPath(command)]);
  const onProgress = progressLine();
  const exported = await plainExport(command);
  await writeModel(await folderSink(out), exported, onProgress);
  const { tensors, bytes } = await verifyWeights(await folderTree(out), exported, onProgress);
  const files = (await folderTree(out)).list().filter((name) => name.endsWith('.safetensors'));
  return {
    value: { out, dtype: exported.dtype ?? null, tensors, bytes, files, verified: true },
    text: `${tensors} tensors, ${bytes} bytes in ${files.length} file${files.length === 1 ? '' : 's'}; compared byte by byte, written to ${out}`,
  };
}

export async function plainExport(command: Command): Promise<ModelToExport> {
  const exported = await exportOf(await modelFiles(command), await modelOf(command));
  return { ...exported, ...weightsAs(command), tokenizerClass: tokenizerClassOf(command) };
}

/** A model as it lies in its folder, with what an earlier graft wrote beside it. */
export async function exportOf(tree: FileTree, model: LoadedModel): Promise<ModelToExport> {
  const earlier = await earlierGraft(tree, model);
  const extras: Record<string, string> = {};
  for (const name of ['experiment.json', 'run.jsonl']) {
    const source = tree.open(name);
    if (source) extras[name] = await readText(source);
  }
  const { readme } = model.checkpoint;
  return {
    model,
    ...(readme === undefined ? {} : { card: readme }),
    newTokens: earlier?.newTokens ?? [],
    extras,
  };
}

export function weightsAs(command: Command): WeightsAs {
  const dtype = command.text('dtype') ?? 'source';
  const shardBytes = command.number('shard-bytes');
  return {
    ...(dtype === 'source' ? {} : { dtype: weightDtype(dtype) }),
    ...(shardBytes === undefined ? {} : { shardBytes }),
  };
}

const weightDtypes: readonly WeightDtype[] = ['F32', 'F16', 'BF16'];

function weightDtype(name: string): WeightDtype {
  const found = weightDtypes.find((dtype) => dtype === name);
  if (found) return found;
  throw new LabError(
    'headless/bad-arguments',
    `\`--dtype\` cannot be \`${name}\` for safetensors.`,
    'One of: source, F32, F16, BF16.',
  );
}

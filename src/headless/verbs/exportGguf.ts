/** `export --to gguf`: one file for llama.cpp, opened again and compared with the source once it is written. */
import { join } from 'node:path';
import { WRITTEN_TYPES, type WrittenType } from '../../checkpoint/index';
import { fileSource, folderSink } from '../../checkpoint/node';
import { LabError } from '../../error';
import { proveGguf, writeGguf } from '../../lab/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { progressLine } from '../stdout';
import { exportOf } from './exportSafetensors';
import { modelFiles, modelOf, modelPath } from './model';
import { outFolder } from './outFolder';

export async function exportGguf(command: Command): Promise<Answer> {
  const type = typeOf(command.text('dtype') ?? 'f16');
  const out = await outFolder(command, [modelPath(command)]);
  const exported = await exportOf(await modelFiles(command), await modelOf(command));
  const file = await writeGguf(await folderSink(out), exported, type, progressLine());
  const source = (await fileSource(join(out, file)))!;
  const proof = await proveGguf(source, exported, type, undefined, progressLine());
  return {
    value: { out, file, ...proof },
    text: `${proof.tensors} tensors as ${type}, read back to the bit, at most ${proof.largestRounding.toExponential(1)} rounded away; ${proof.tokensCompared} tokens compared; written to ${join(out, file)}`,
  };
}

/** Throws `headless/bad-arguments`. */
function typeOf(name: string): WrittenType {
  const found = WRITTEN_TYPES.find((type) => type === name.toUpperCase());
  if (found) return found;
  throw new LabError(
    'headless/bad-arguments',
    `\`--dtype\` cannot be \`${name}\` for GGUF.`,
    `One of ${WRITTEN_TYPES.map((type) => type.toLowerCase()).join(', ')}.`,
  );
}

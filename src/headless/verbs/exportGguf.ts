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

/** Pieces of the vocabulary that the proof cuts as texts. */
const PROVED_PIECES = 2000;
const PROVED_TEXTS = [
  'Once upon a time, in a town by the sea, 3 ships lay waiting for a wind from the north-east; nobody knew (or said) why.',
  '  two spaces,\ttabs\n\nand 12,345.67 %: "quoted", it’s—naïve café; CC(=O)Oc1ccccc1C(=O)O',
  '白日依山盡，黃河入海流。 Привет, мир! مرحبا',
];

export async function exportGguf(command: Command): Promise<Answer> {
  const type = typeOf(command.text('dtype') ?? 'f16');
  const out = await outFolder(command, [modelPath(command)]);
  const exported = await exportOf(await modelFiles(command), await modelOf(command));
  const file = await writeGguf(await folderSink(out), exported, type, progressLine());
  const { tokenizer } = exported.model;
  const every = Math.max(1, Math.floor((tokenizer.largestId + 1) / PROVED_PIECES));
  const pieces = Array.from({ length: Math.floor(tokenizer.largestId / every) + 1 }, (_, at) => at * every)
    .filter((id) => tokenizer.hasId(id))
    .map((id) => tokenizer.tokenText(id));
  const proof = await proveGguf((await fileSource(join(out, file)))!, exported, type, [...PROVED_TEXTS, ...pieces]);
  return {
    value: { out, file, ...proof },
    text: `${proof.tensors} tensors as ${type}, at most ${proof.largestRounding.toExponential(1)} rounded away; ${proof.tokensCompared} tokens compared; written to ${join(out, file)}`,
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

/** `--out DIR`, refused where it is a folder that is read while it is written. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LabError } from '../../error';
import type { Command } from '../arguments';

/** @throws LabError headless/same-folder. */
export async function outFolder(command: Command, sources: readonly string[]): Promise<string> {
  const out = command.text('out')!;
  const real = (path: string) => realpath(path).catch(() => resolve(path));
  const target = await real(out);
  for (const source of sources) {
    if ((await real(source)) !== target) continue;
    throw new LabError(
      'headless/same-folder',
      `\`${out}\` is the folder that is read.`,
      'Write to another folder: weights are read while they are written.',
      { path: out },
    );
  }
  return out;
}

/** A Node folder as a FileTree: files stay closed until a range of them is read. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { rangeChecked, treeOf, type ByteSource, type FileTree } from '../checkpoint/index';
import { LabError } from '../error';

export function fileSource(path: string, name = basename(path)): ByteSource {
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new LabError('headless/no-such-file', `There is no file \`${path}\`.`, 'Check the path.', { path });
  }
  return rangeChecked(name, statSync(path).size, async (start, end) => {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

export function folderTree(path: string): FileTree {
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    const hint = 'Give a Hugging Face model folder, or `bundled` for the bundled model.';
    throw new LabError('headless/no-such-folder', `There is no folder \`${path}\`.`, hint, { path });
  }
  const files = readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const sources = files
    .filter((entry) => statSync(join(path, entry.name)).isFile())
    .map((entry) => [entry.name, fileSource(join(path, entry.name))] as const);
  return treeOf(basename(resolve(path)), new Map(sources));
}

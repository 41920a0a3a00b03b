/** Opens a GGUF file as the lab does and writes what it sees as a model folder, for Python to compare. */
import { ggufTree } from '../../src/checkpoint/index';
import { fileSource, folderSink } from '../../src/checkpoint/node';

const pieceBytes = 8 * 2 ** 20;

export async function main(paths: readonly string[]): Promise<number> {
  for (let at = 0; at + 1 < paths.length; at += 2) {
    const [file, out] = [paths[at]!, paths[at + 1]!];
    const source = await fileSource(file);
    if (!source) throw new Error(`There is no file ${file}.`);
    const tree = await ggufTree(source);
    const sink = await folderSink(out);
    for (const name of tree.list()) {
      const virtual = tree.open(name)!;
      const pieces = async function* () {
        for (let start = 0; start < virtual.size; start += pieceBytes) {
          yield await virtual.read(start, Math.min(virtual.size, start + pieceBytes));
        }
      };
      await sink.write(name, pieces());
    }
  }
  return 0;
}

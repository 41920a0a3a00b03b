/** A folder in memory to write into and to read back from. */
import { bytesSource, chunksOf, treeOf, type FileTree, type FolderSink } from '../../../src/checkpoint/index';

export interface MemoryFolder {
  readonly sink: FolderSink;
  readonly files: Map<string, Uint8Array>;
  tree(name?: string): FileTree;
}

export function memorySink(): MemoryFolder {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    sink: {
      async write(name, content) {
        const parts: Uint8Array<ArrayBuffer>[] = [];
        for await (const chunk of chunksOf(content)) parts.push(chunk.slice());
        files.set(name, new Uint8Array(await new Blob(parts).arrayBuffer()));
      },
      async remove(name) {
        files.delete(name);
      },
      close: async () => undefined,
    },
    tree: (name = 'written') =>
      treeOf(name, new Map([...files].map(([file, bytes]) => [file, bytesSource(file, bytes)]))),
  };
}

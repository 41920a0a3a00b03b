/**
 * Folders that a visitor picked, in memory. No handle crosses a port of Node: the caller names a folder, and the lab behind
 * the port is given the one of that name.
 */
import type { LabApi } from '../../src/worker/index';

export class MemoryFolder {
  readonly kind = 'directory';
  readonly files = new Map<string, Blob>();
  private readonly folders = new Map<string, MemoryFolder>();

  constructor(readonly name: string) {}

  async getDirectoryHandle(name: string): Promise<MemoryFolder> {
    const folder = this.folders.get(name) ?? new MemoryFolder(name);
    this.folders.set(name, folder);
    return folder;
  }

  async getFileHandle(name: string, { create = false } = {}) {
    if (!create && !this.files.has(name)) throw new DOMException(`${name} is not there.`, 'NotFoundError');
    return {
      getFile: async () => new File([this.files.get(name)!], name),
      createWritable: async () => {
        const chunks: BlobPart[] = [];
        return {
          write: async (chunk: BlobPart) => void chunks.push(chunk),
          close: async () => void this.files.set(name, new Blob(chunks)),
          abort: async () => undefined,
        };
      },
    };
  }

  async removeEntry(name: string): Promise<void> {
    this.files.delete(name);
  }
}

/** Folders by name, and the lab that writes into the one whose name it is given. */
export class PickedFolders {
  private readonly folders = new Map<string, MemoryFolder>();

  named(name: string): MemoryFolder {
    const folder = this.folders.get(name) ?? new MemoryFolder(name);
    this.folders.set(name, folder);
    return folder;
  }

  behind(lab: LabApi): LabApi {
    const exportFolder = lab.exportFolder.bind(lab);
    lab.exportFolder = (choice, { name }, ...rest) =>
      exportFolder(choice, this.named(name) as unknown as FileSystemDirectoryHandle, ...rest);
    return lab;
  }
}

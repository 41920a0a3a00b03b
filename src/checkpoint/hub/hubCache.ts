/**
 * Models of the Hub that were downloaded, whole or in part: one manifest a model, and blobs named by their ETag, which
 * models share. A manifest is written before the first byte, so that what was begun is listed, goes on, and can be removed.
 */
import { LabError } from '../../error';
import { bytesSource, treeOf, type ByteSource, type FileTree, readText } from '../byteSource';
import type { HubFile, HubModel, HubOptions } from './describeModel';
import { downloadFile } from './download';
import type { FileStore } from './fileStore';
import { blobName } from './growingBlob';

export interface CachedModel {
  readonly id: string;
  readonly licence: string | null;
  readonly architecture: string | null;
  /** ISO 8601. */
  readonly savedAt: string;
  /** Bytes that are here, and that it has. */
  readonly bytes: number;
  readonly totalBytes: number;
  readonly complete: boolean;
}

interface Manifest {
  readonly version: 1;
  readonly savedAt: string;
  readonly complete: boolean;
  readonly model: Pick<HubModel, 'id' | 'name' | 'revision' | 'commit' | 'licence' | 'architecture'>;
  readonly files: readonly HubFile[];
}

export interface OpenedHubModel {
  readonly tree: FileTree;
  /** Set where the store was full: the model is here for this visit only. */
  readonly warning?: LabError;
}

const MANIFEST = 'model-';

export class HubCache {
  constructor(private readonly store: FileStore) {}

  /** Newest first. What cannot be read is left out. */
  async list(): Promise<readonly CachedModel[]> {
    const cached: CachedModel[] = [];
    for (const { model, files, savedAt, complete } of await this.manifests()) {
      const sizes = await Promise.all(files.map((file) => this.store.size(blobName(file))));
      const { id, licence, architecture } = model;
      cached.push({
        id,
        licence,
        architecture,
        savedAt,
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        totalBytes: files.reduce((sum, { size }) => sum + size, 0),
        complete: complete && sizes.every((size, index) => size === files[index]!.size),
      });
    }
    return cached.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
  }

  /** With the blobs that no other model has. */
  async remove(id: string): Promise<void> {
    const manifests = await this.manifests();
    const gone = manifests.find(({ model }) => model.id === id);
    if (!gone) return;
    await this.store.remove(manifestName(id));
    const needed = new Set(manifests.filter((each) => each !== gone).flatMap(({ files }) => files.map(blobName)));
    for (const blob of gone.files.map(blobName)) if (!needed.has(blob)) await this.store.remove(blob);
  }

  /** Without the Hub. Undefined where the model is not here whole. */
  async open(id: string): Promise<FileTree | undefined> {
    const found = (await this.manifests()).find(({ model, complete }) => model.id === id && complete);
    if (!found) return undefined;
    const sources = new Map<string, ByteSource>();
    for (const file of found.files) {
      const name = baseName(file.name);
      const source =
        file.size === 0 ? bytesSource(name, new Uint8Array(0)) : await this.store.open(blobName(file), name);
      if (source?.size !== file.size) return undefined;
      sources.set(baseName(file.name), source);
    }
    return treeOf(found.model.name.split('/').at(-1)!, sources);
  }

  /**
   * Downloads what is missing. `onProgress` gets bytes of all files. Throws `hub/choose-file` where one of several GGUF
   * files has to be named, `hub/...` and `storage/...`; what arrived stays for the next attempt.
   */
  async download(
    model: HubModel,
    options: HubOptions,
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<OpenedHubModel> {
    if (model.wanted.length === 0) throw chooseFile(model);
    let isKept = await this.save(model, false);
    const sources = new Map<string, ByteSource>();
    let done = 0;
    // Small files first: a folder that lacks one is known before gigabytes of weights.
    for (const file of [...model.wanted].sort((a, b) => a.size - b.size)) {
      const { source, inMemory } = await downloadFile(model, file, this.store, options, (bytes) =>
        onProgress(done + bytes, model.wantedBytes),
      );
      isKept &&= !inMemory;
      done += file.size;
      sources.set(baseName(file.name), source);
    }
    isKept &&= await this.save(model, true);
    const tree = treeOf(model.name.split('/').at(-1)!, sources);
    return isKept ? { tree } : { tree, warning: notKept(model) };
  }

  /** False where there is no room for it. */
  private async save(model: HubModel, complete: boolean): Promise<boolean> {
    const { id, name, revision, commit, licence, architecture, wanted: files } = model;
    const manifest: Manifest = {
      version: 1,
      savedAt: new Date().toISOString(),
      complete,
      model: { id, name, revision, commit, licence, architecture },
      files,
    };
    const before = (await this.manifests()).find((each) => each.model.id === id);
    try {
      await this.store.writeText(manifestName(id), JSON.stringify(manifest));
    } catch (thrown) {
      if (thrown instanceof LabError && thrown.code === 'storage/quota') return false;
      throw thrown;
    }
    // Blobs of an older commit that the new one does not have.
    const stale = before?.files.filter((file) => !files.some(({ etag }) => etag === file.etag)) ?? [];
    const needed = new Set((await this.manifests()).flatMap((each) => each.files.map(blobName)));
    for (const blob of stale.map(blobName)) if (!needed.has(blob)) await this.store.remove(blob);
    return true;
  }

  private async manifests(): Promise<Manifest[]> {
    const found: Manifest[] = [];
    for (const name of await this.store.list()) {
      if (!name.startsWith(MANIFEST)) continue;
      try {
        const source = await this.store.open(name, name);
        const manifest = JSON.parse(await readText(source!, 2 ** 22)) as Manifest;
        if (manifest.version === 1 && Array.isArray(manifest.files)) found.push(manifest);
      } catch {
        // Cut off by a crash, or from another version: as if it were not there.
      }
    }
    return found;
  }
}

/** Letters, digits, `.`, `-` and `_` stay; others become `+` and their code. */
function manifestName(id: string): string {
  return `${MANIFEST}${id.replace(/[^\w.-]/g, (character) => `+${character.charCodeAt(0).toString(16)}`)}.json`;
}

function baseName(path: string): string {
  return path.split('/').at(-1)!;
}

function chooseFile({ id, choices }: HubModel): LabError {
  const names = choices.map(({ name }) => name);
  return new LabError(
    'hub/choose-file',
    `\`${id}\` has ${names.length} GGUF files.`,
    `Name one of them, as in ${id}/${names[0] ?? 'file.gguf'}.`,
    { model: id, choices: names },
  );
}

function notKept({ id }: HubModel): LabError {
  return new LabError(
    'hub/not-kept',
    `There was no room to keep \`${id}\`: it is in memory for now and has to be downloaded again next time.`,
    'Remove models that you do not need any more.',
    { model: id },
  );
}

/** What a visit keeps of experiments, read from its private file system. */
import type { Page } from 'playwright';

export interface KeptRun {
  readonly arm: string;
  readonly state: string;
  readonly generation: string;
  readonly bytes: number;
  readonly step: number;
  readonly steps: number;
  readonly savedAt: string;
  /** Lines of run.jsonl. */
  readonly records: string;
}

/** What the private file system keeps of every run; of `without`, nothing any more. */
export function keptRuns(page: Page, without?: string): Promise<KeptRun[]> {
  return page.evaluate(async (removed) => {
    const found: KeptRun[] = [];
    const experiments = await (await navigator.storage.getDirectory()).getDirectoryHandle('experiments');
    const folders = async (of: FileSystemDirectoryHandle) => {
      const all: FileSystemDirectoryHandle[] = [];
      for await (const each of of.values()) if (each.kind === 'directory') all.push(each as FileSystemDirectoryHandle);
      return all;
    };
    for (const experiment of await folders(experiments)) {
      for (const arm of await folders(experiment)) {
        for (const seed of await folders(arm)) {
          const file = await seed.getFileHandle('status.json').catch(() => null);
          const status = file && (JSON.parse(await (await file.getFile()).text()) as KeptRun);
          if (status && status.arm !== removed) {
            const saved = await seed.getDirectoryHandle(status.generation);
            const lines = await saved.getFileHandle('run.jsonl').catch(() => null);
            found.push({ ...status, records: lines ? await (await lines.getFile()).text() : '' });
          } else if (status) await experiment.removeEntry(arm.name, { recursive: true });
        }
      }
    }
    return found;
  }, without);
}

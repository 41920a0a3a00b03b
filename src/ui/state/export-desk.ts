/** What is saved of the trained model that is held, and as what. */
import type { ExportChoice, LabApi } from '../../worker/index';
import { FIRST_EXPORT_CHOICE } from './defaults';
import type { Exported, LongCall } from './slot-store';

export interface ExportDeskParts {
  readonly lab: Pick<LabApi, 'exportFile' | 'exportFolder' | 'ggufRefusal'>;
  /** Whether there is one, and it was not asked yet whether it can be a GGUF. */
  readonly canAskGguf: () => boolean;
  fillExported(action: LongCall<Exported>): Promise<Exported | null>;
  fillGgufRefusal(action: LongCall<Awaited<ReturnType<LabApi['ggufRefusal']>>>): Promise<unknown>;
  /** The file that was written last is not offered any more. */
  releaseFile(): void;
  emptyExported(): void;
}

export class ExportDesk {
  choice = FIRST_EXPORT_CHOICE;

  constructor(private readonly parts: ExportDeskParts) {}

  /** Asked once of each trained model, where its forms are shown. */
  askGguf(): void {
    const { lab, canAskGguf, fillGgufRefusal } = this.parts;
    if (canAskGguf()) void fillGgufRefusal((_, signal) => lab.ggufRefusal(signal));
  }

  /** What was written before is another thing: its proof is taken away. */
  choose(change: Partial<ExportChoice>): void {
    this.choice = { ...this.choice, ...change };
    this.parts.emptyExported();
  }

  writeFile(): Promise<Exported | null> {
    this.parts.releaseFile();
    return this.parts.fillExported(async (onProgress, signal) => {
      const { report, file, fileName } = await this.parts.lab.exportFile(this.choice, onProgress, signal);
      return { report, fileName, url: URL.createObjectURL(file) };
    });
  }

  writeFolder(directory: FileSystemDirectoryHandle): Promise<Exported | null> {
    this.parts.releaseFile();
    return this.parts.fillExported(async (onProgress, signal) => ({
      report: await this.parts.lab.exportFolder(this.choice, directory, onProgress, signal),
      fileName: directory.name,
    }));
  }
}

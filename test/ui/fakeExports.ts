/** Exports of the fake lab: files that hold their own names, and a report that says they are proved. */
import { zipSync } from 'fflate';
import { LabError } from '../../src/error';
import type { ExportForm, ExportReport, LabApi } from '../../src/worker/index';
import type { Count } from './fakeWaiting';

const report: Omit<ExportReport, 'form'> = {
  files: [
    ['model.safetensors', 18_890_000],
    ['config.json', 712],
    ['generation_config.json', 130],
    ['tokenizer.json', 312_004],
    ['tokenizer_config.json', 410],
    ['README.md', 4021],
    ['experiment.json', 1204],
    ['report.json', 8230],
    ['run.jsonl', 182_400],
  ].map(([name, bytes], at) => ({
    name: name as string,
    bytes: bytes as number,
    sha256: (at + 10).toString(16).repeat(64).slice(0, 64),
  })),
  totalBytes: 19_390_881,
  verification: {
    largestLogitDifference: 3.1e-6,
    allowed: 1e-4,
    tokensCompared: 1024,
    greedyAgreement: 1,
    untouchedRows: 4096,
    movedNewRows: 512,
    passed: true,
  },
};

const reportOf = (form: ExportForm): ExportReport => ({ ...report, form });
const contents = report.files.map(({ name }) => [name, new TextEncoder().encode(name)] as const);

/** @param isTrained whether there is anything to export. */
export function fakeExports(
  count: Count,
  isTrained: () => boolean,
): Pick<LabApi, 'exportZip' | 'exportFolder'> & { requireTrained(): void } {
  const requireTrained = () => {
    if (!isTrained()) throw new LabError('lab/no-run', 'Nothing has been grafted yet.', 'Start training first.');
  };
  return {
    requireTrained,
    async exportZip({ form }, onProgress, signal) {
      requireTrained();
      await count('writing', 19_000_000, onProgress, signal);
      const zip = new Blob([zipSync(Object.fromEntries(contents)) as Uint8Array<ArrayBuffer>]);
      return { report: reportOf(form), zip, fileName: `rootstock-${form}.zip` };
    },
    async exportFolder({ form }, directory, onProgress, signal) {
      requireTrained();
      await count('writing', 19_000_000, onProgress, signal);
      for (const [name, content] of contents) {
        const file = await (await directory.getFileHandle(name, { create: true })).createWritable();
        await file.write(content);
        await file.close();
      }
      return reportOf(form);
    },
  };
}

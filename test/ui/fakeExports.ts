/** Exports of the fake lab: files that hold their own names, and a report that says they are proved. */
import { zipSync } from 'fflate';
import { LabError } from '../../src/error';
import type { ExportChoice, ExportReport, FormRefusal, LabApi } from '../../src/worker/index';
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

/** Bytes and largest rounding of each type. */
const ggufTypes: Readonly<Record<ExportChoice['ggufDtype'], readonly [bytes: number, rounding: number]>> = {
  F32: [19_480_576, 0],
  F16: [9_750_528, 4.8e-4],
  BF16: [9_750_528, 3.8e-3],
  Q8_0: [5_199_104, 3.9e-3],
};

/** As the real lab calls it, in its type. */
function reportOf({ form, ggufDtype: type }: ExportChoice): ExportReport {
  if (form !== 'gguf') return { ...report, form };
  const [bytes, largestRounding] = ggufTypes[type];
  return {
    form,
    files: [{ name: `rootstock-grafted-${type.toLowerCase()}.gguf`, bytes, sha256: 'a7'.repeat(32) }],
    totalBytes: bytes,
    verification: {
      ...{ largestLogitDifference: 0, allowed: 1.2e-2, roundingLogitDifference: 4.4 * largestRounding },
      ...{ tokensCompared: 96, greedyAgreement: 1, untouchedRows: 4096, movedNewRows: 512, passed: true },
      gguf: { type, tensors: 75, largestRounding, tokensCompared: 21_408 },
    },
  };
}

const bytesOf = ({ files }: ExportReport) => files.map(({ name }) => [name, new TextEncoder().encode(name)] as const);

export interface FakeExportOptions {
  /** Whether there is anything to export. */
  readonly isTrained: () => boolean;
  /** Why it has no GGUF form. */
  readonly ggufRefused?: FormRefusal | undefined;
}

export function fakeExports(
  count: Count,
  { isTrained, ggufRefused }: FakeExportOptions,
): Pick<LabApi, 'exportFile' | 'exportFolder' | 'ggufRefusal'> & { requireTrained(): void } {
  const requireTrained = () => {
    if (!isTrained()) throw new LabError('lab/no-run', 'Nothing has been grafted yet.', 'Start training first.');
  };
  const requireForm = ({ form }: ExportChoice) => {
    requireTrained();
    if (form === 'gguf' && ggufRefused) throw new LabError(ggufRefused.code, ggufRefused.message, ggufRefused.hint);
  };
  return {
    requireTrained,
    async ggufRefusal() {
      requireTrained();
      return ggufRefused ?? null;
    },
    async exportFile(choice, onProgress, signal) {
      requireForm(choice);
      await count('writing', 19_000_000, onProgress, signal);
      const written = reportOf(choice);
      const contents = bytesOf(written);
      if (choice.form === 'gguf') {
        const [name, content] = contents[0]!;
        return { report: written, file: new Blob([content]), fileName: name };
      }
      const zip = new Blob([zipSync(Object.fromEntries(contents)) as Uint8Array<ArrayBuffer>]);
      return { report: written, file: zip, fileName: `rootstock-${choice.form}.zip` };
    },
    async exportFolder(choice, directory, onProgress, signal) {
      requireForm(choice);
      await count('writing', 19_000_000, onProgress, signal);
      const written = reportOf(choice);
      for (const [name, content] of bytesOf(written)) {
        const file = await (await directory.getFileHandle(name, { create: true })).createWritable();
        await file.write(content);
        await file.close();
      }
      return written;
    },
  };
}

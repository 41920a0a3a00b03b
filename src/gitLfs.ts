/** What Git LFS leaves in the place of a large file that was not fetched: some lines of text that name the file's hash and size. */
import { LabError } from './error';

const VERSION = 'version https://git-lfs.github.com/spec/v1';
/** A pointer is smaller than this. */
export const POINTER_BYTES = 1024;

/** @param start of a file, as text or bytes. */
export function isLfsPointer(start: string | Uint8Array): boolean {
  return textOf(start).startsWith(VERSION);
}

/** Throws under `code` where the file is a pointer, with the size of the file it stands for. */
export function refuseLfsPointer(file: string, start: string | Uint8Array, code: string): void {
  if (!isLfsPointer(start)) return;
  const size = /^size (\d+)\r?$/mu.exec(textOf(start))?.[1];
  throw new LabError(
    code,
    `${file} is a pointer of Git LFS to a file${size === undefined ? '' : ` of ${size} bytes`}, not that file.`,
    'Fetch the file itself: `git lfs pull` in its folder, or download it from its page.',
    { file, ...(size !== undefined && { size: Number(size) }) },
  );
}

function textOf(start: string | Uint8Array): string {
  return typeof start === 'string'
    ? start.slice(0, POINTER_BYTES)
    : new TextDecoder('latin1').decode(start.subarray(0, POINTER_BYTES));
}

// A published package as a folder: what a sample is made from. It is fetched into a temporary folder by its exact version,
// and is no dependency of the lab.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param read gets the folder, which is gone afterwards. */
export function withNpmPackage<T>(nameAndVersion: string, read: (folder: string) => T): T {
  const temporary = mkdtempSync(join(tmpdir(), 'tokengraft-sample-'));
  try {
    const packed = execFileSync('npm', ['pack', nameAndVersion, '--silent', '--pack-destination', temporary], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('tar', ['xzf', join(temporary, packed.trim().split('\n').at(-1)!), '-C', temporary]);
    return read(join(temporary, 'package'));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

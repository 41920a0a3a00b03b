/** Where Node keeps what it need not ask for twice. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** What was measured on this machine. */
export function settingsFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tokengraft');
}

/** Models of the Hub. */
export function hubFolder(): string {
  return process.env.TOKENGRAFT_CACHE ?? join(settingsFolder(), 'hub');
}

/** What a file of settings holds by name; nothing where there is none. */
export function readKept<Kept>(file: string): Readonly<Record<string, Kept>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Kept>;
  } catch {
    return {};
  }
}

/** Where nothing can be kept, it is measured again the next time. */
export function keep(file: string, measured: Readonly<Record<string, unknown>>): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(measured));
  } catch {
    return;
  }
}

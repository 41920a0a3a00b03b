/** Where Node keeps what it need not ask for twice. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What was measured on this machine. */
export function settingsFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tokengraft');
}

/** Models of the Hub. */
export function hubFolder(): string {
  return process.env.TOKENGRAFT_CACHE ?? join(settingsFolder(), 'hub');
}

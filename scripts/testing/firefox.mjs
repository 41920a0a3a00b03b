// A Firefox for the second browser of the end-to-end tests: one named by TOKENGRAFT_FIREFOX or one installed on the system.
// None is fetched: without it those tests are skipped, saying so.
import { existsSync, readFileSync, statSync } from 'node:fs';

const system = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

export function findFirefox() {
  const named = process.env.TOKENGRAFT_FIREFOX;
  if (named) {
    if (!existsSync(named)) throw new Error(`TOKENGRAFT_FIREFOX names ${named}, which does not exist.`);
    return named;
  }
  return system.find((path) => existsSync(path) && !isSnap(path));
}

/** Ubuntu's /usr/bin/firefox is a script that starts a snap, which sees neither profiles nor downloads in /tmp. */
function isSnap(path) {
  return statSync(path).size < 65536 && readFileSync(path, 'utf8').includes('/snap/');
}

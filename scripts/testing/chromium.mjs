// A Chromium to test in: one named by TOKENGRAFT_CHROMIUM, one installed on the system, Playwright's own, or else one
// that is fetched now (Playwright's download; on Debian as root, the system package where that download is not to be had).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const system = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

export function findChromium() {
  const named = process.env.TOKENGRAFT_CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Error(`TOKENGRAFT_CHROMIUM names ${named}, which does not exist.`);
    return named;
  }
  return [...system, chromium.executablePath()].find((path) => path && existsSync(path));
}

function run(command, ...rest) {
  console.log(`> ${[command, ...rest].join(' ')}`);
  return spawnSync(command, rest, { stdio: 'inherit' }).status === 0;
}

/** Path of an executable Chromium. Throws, saying what to do, when none can be found or fetched. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  console.log('No Chromium found; fetching one for the tests.');
  if (run(process.execPath, 'node_modules/playwright/cli.js', 'install', 'chromium')) {
    const own = findChromium();
    if (own) return own;
  }
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium');
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error('No Chromium could be fetched. Install Chrome or Chromium and name it in TOKENGRAFT_CHROMIUM.');
}

/** WebGPU on a machine without a GPU: SwiftShader, named explicitly; the rest keeps a headless browser off the network. */
export const chromiumArguments = [
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

/**
 * WebGPU in Node: Dawn from npm (`webgpu`). On Linux it needs a Vulkan driver. One that VK_ICD_FILENAMES names is used
 * as it is; else the system's own loader is asked; else SwiftShader is looked for beside a Chromium. Dawn reads the
 * environment when its instance is made, so the search makes one instance after the other.
 */
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LabError } from '../error';
import { restBetweenPolls } from './dawnPolling';

const chromiumFolders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/chromium'];
const lavapipe = ['/usr/share/vulkan/icd.d/lvp_icd.json', '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json'];

/** Kept for the life of the process: adapters die with the instance that made them. */
let kept: GPU | undefined;

/** The GPU object. Throws `engine/no-adapter` with how to get one. */
export async function nodeGpu(): Promise<GPU> {
  if (kept) return kept;
  let dawn: typeof import('webgpu');
  try {
    dawn = await import('webgpu');
  } catch (cause) {
    throw new LabError(
      'engine/no-adapter',
      'The npm package `webgpu` (Dawn) is not installed or has no build for this platform.',
      'Run `npm install`; builds exist for Linux, macOS and Windows on x64 and arm64.',
      {},
      cause,
    );
  }
  Object.assign(globalThis, dawn.globals);
  restBetweenPolls();
  if (process.platform === 'linux') process.env.XDG_RUNTIME_DIR ??= mkdtempSync(join(tmpdir(), 'tokengraft-'));
  for (const driver of driversToTry()) {
    if (driver !== undefined) {
      process.env.VK_ICD_FILENAMES = driver;
    }
    const gpu = dawn.create([]);
    const adapter = await gpu.requestAdapter().catch(() => null);
    if (adapter) return (kept = gpu);
  }
  throw new LabError(
    'engine/no-adapter',
    'Dawn found no graphics adapter.',
    'Install a Vulkan driver (on Debian or Ubuntu: `apt install mesa-vulkan-drivers`, which has a software one), or point ' +
      'VK_ICD_FILENAMES at the .json file of one, such as vk_swiftshader_icd.json beside a Chromium.',
    { VK_ICD_FILENAMES: process.env.VK_ICD_FILENAMES ?? null },
  );
}

/** `undefined` stands for the environment as it is. */
function driversToTry(): (string | undefined)[] {
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES) return [undefined];
  const swiftShader = [...chromiumFolders, ...playwrightFolders(), chromiumOfEnvironment()]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'vk_swiftshader_icd.json'));
  return [undefined, ...[...lavapipe, ...swiftShader].filter((path) => existsSync(path))];
}

function chromiumOfEnvironment(): string | undefined {
  const path = process.env.TOKENGRAFT_CHROMIUM;
  return path ? dirname(path) : undefined;
}

function playwrightFolders(): string[] {
  const root = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => name.startsWith('chromium'))
    .flatMap((name) =>
      ['chrome-linux', 'chrome-linux64', 'chrome-headless-shell-linux64'].map((sub) => join(root, name, sub)),
    )
    .filter((folder) => existsSync(folder));
}

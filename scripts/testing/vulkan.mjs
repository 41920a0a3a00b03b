// Where Node's WebGPU (Dawn) finds a driver on Linux: SwiftShader ships beside every Chromium, lavapipe comes with Mesa.
// Both are CPU rasterisers that compute right; between them they cover "no shader-f16, subgroups of 4" and "shader-f16,
// subgroups of 8, 128 MiB bindings". macOS and Windows need neither: Dawn uses Metal and Direct3D there.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium as playwrightChromium } from 'playwright';

/**
 * Environments to run the GPU suites in, the first one for everything. Never empty. Lavapipe comes first where it is:
 * SwiftShader compiles a large kernel in seconds, lavapipe in a tenth of them, and everything compiles many.
 */
export function vulkanEnvironments(chromium) {
  if (process.platform !== 'linux') return [{ name: 'system adapter', environment: {} }];
  const runtime = process.env.XDG_RUNTIME_DIR ?? mkdtempSync(join(tmpdir(), 'tokengraft-runtime-'));
  const common = { XDG_RUNTIME_DIR: runtime };
  if (process.env.VK_ICD_FILENAMES) return [{ name: process.env.VK_ICD_FILENAMES, environment: common }];

  const lavapipe = ['/usr/share/vulkan/icd.d/lvp_icd.json', '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json'].find(
    (path) => existsSync(path),
  );

  const found = [];
  if (lavapipe) found.push({ name: 'lavapipe', environment: { ...common, VK_ICD_FILENAMES: lavapipe } });
  const swiftShader = swiftShaderEnvironment(chromium);
  if (swiftShader) found.push({ name: 'SwiftShader', environment: { ...common, ...swiftShader } });
  if (found.length === 0) {
    console.log('Neither SwiftShader beside Chromium nor lavapipe was found; using the default Vulkan loader.');
    found.push({ name: 'default Vulkan loader', environment: common });
  }
  return found;
}

/** What makes Dawn take the SwiftShader beside a Chromium; undefined where there is none. */
export function swiftShaderEnvironment(chromium) {
  const folders = [
    dirname(chromium),
    '/usr/lib/chromium',
    '/opt/google/chrome',
    dirname(playwrightChromium.executablePath()),
  ];
  const driver = folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((path) => existsSync(path));
  if (!driver) return undefined;
  const libraries = [dirname(driver), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries };
}

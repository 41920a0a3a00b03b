// A contestant is a child process: its first line of JSON says what it is, {product, backend, threads}; for every line "step"
// on standard input it takes one step and answers with one JSON line {loss, milliseconds}. Milliseconds run from submission
// until the loss is on the host and the weights are updated.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export async function serve(about, step) {
  process.stdout.write(`${JSON.stringify({ ready: about.product, ...about })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'step') break;
    const begun = performance.now();
    const loss = await step();
    process.stdout.write(`${JSON.stringify({ loss, milliseconds: performance.now() - begun })}\n`);
  }
  process.exit(0);
}

/** "name version" of a package installed beside this file, "name" alone where a bundle left nothing to read. */
export function product(name, packageName) {
  try {
    const file = new URL(`./node_modules/${packageName}/package.json`, import.meta.url);
    return `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}`;
  } catch {
    return name;
  }
}

/** What peers take for a browser of `threads` processors; Chrome by its user agent, since both look there for WebGPU. */
export function installNavigator(threads, gpu) {
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0', hardwareConcurrency: threads },
    configurable: true,
  });
}

/** Dawn as `navigator.gpu`, with the user agent of the Chrome it is the engine of. */
export async function installGpu() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  installNavigator(2, gpu);
  return gpu;
}

/** "WebGPU, llvmpipe (...)": the backend with the adapter it runs on. */
export async function webgpuBackend(gpu) {
  const info = (await gpu.requestAdapter())?.info;
  return `WebGPU, ${(info?.description || info?.device || 'unknown adapter').replace(/ *\(.*/, '')}`;
}

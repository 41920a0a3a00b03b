// A contestant is a child process: for every line "step" on standard input it takes one step and answers with one JSON line
// {loss, milliseconds}. Milliseconds run from submission until the loss is on the host and the weights are updated.
import { createInterface } from 'node:readline';

export async function serve(name, step) {
  process.stdout.write(`${JSON.stringify({ ready: name })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'step') break;
    const begun = performance.now();
    const loss = await step();
    process.stdout.write(`${JSON.stringify({ loss, milliseconds: performance.now() - begun })}\n`);
  }
  process.exit(0);
}

/** Dawn as `navigator.gpu`, with the user agent of the Chrome it is the engine of: both peers look there. */
export async function installGpu() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0', hardwareConcurrency: 2 },
    configurable: true,
  });
  return gpu;
}

#!/usr/bin/env bash
# Package:   npm webgpu 0.6.2 (Dawn for Node).
# Input:     one compute shader that takes the driver a while, and `await queue.onSubmittedWorkDone()`.
# Behaviour: while anything is awaited, the module asks for news by `setImmediate`, thousands of times in a wait: the main thread is never idle.
#            With a driver that computes on the processor, that core is one that the work itself does not get.
# Expected:  a wait that leaves the thread to others, as awaiting a file or a socket does. With `setImmediate` resting a millisecond between
#            two questions, the same answer comes and the thread is idle meanwhile.
# Needs a Vulkan driver for Dawn; a software one (Mesa's lavapipe) will do. VK_ICD_FILENAMES names one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund webgpu@0.6.2 >/dev/null
cat > look.mjs <<'JAVASCRIPT'
import { performance } from 'node:perf_hooks';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (!adapter) {
  console.log('Dawn finds no adapter: name a Vulkan driver in VK_ICD_FILENAMES');
  process.exit(2);
}
const device = await adapter.requestDevice();
const code = `
  @group(0) @binding(0) var<storage, read_write> sums: array<f32>;
  @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
    var sum = 0.0;
    for (var i = 0u; i < 20000u; i++) { sum = fract(sum * 0.5 + f32(id.x + i) * 0.001); }
    sums[id.x] = sum;
  }`;
const module = device.createShaderModule({ code });
const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
const count = 64 * 512;
const sums = device.createBuffer({ size: 4 * count, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
const host = device.createBuffer({ size: 4 * count, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
const entries = [{ binding: 0, resource: { buffer: sums } }];
const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });

/** What was awaited, in milliseconds, how busy the main thread was meanwhile, how often it asked, and what came out. */
async function wait(schedule) {
  let polls = 0;
  const { setImmediate: own } = globalThis;
  globalThis.setImmediate = (...given) => {
    polls++;
    return schedule(own, ...given);
  };
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(count / 64);
  pass.end();
  encoder.copyBufferToBuffer(sums, 0, host, 0, 4 * count);
  device.queue.submit([encoder.finish()]);
  const [before, begun] = [performance.eventLoopUtilization(), performance.now()];
  await host.mapAsync(GPUMapMode.READ);
  const milliseconds = performance.now() - begun;
  const { utilization } = performance.eventLoopUtilization(before);
  const found = new Float32Array(host.getMappedRange().slice(0)).reduce((sum, each) => sum + each, 0);
  host.unmap();
  globalThis.setImmediate = own;
  return { milliseconds, utilization, polls, found };
}

await wait((own, ...given) => own(...given));
const [asItIs, resting] = [
  await wait((own, ...given) => own(...given)),
  await wait((_, ...given) => setTimeout(...[given[0], 1, ...given.slice(1)])),
];
const told = ({ milliseconds, utilization, polls }) =>
  `${polls} questions in ${milliseconds.toFixed(0)} ms, main thread busy ${(100 * utilization).toFixed(0)} % of them`;
console.log(`webgpu 0.6.2, as it is:             ${told(asItIs)}`);
console.log(`webgpu 0.6.2, resting between them: ${told(resting)}`);
const often = asItIs.polls / asItIs.milliseconds;
const isSame =
  asItIs.milliseconds > 20 && often > 5 && asItIs.utilization > 0.9 && resting.utilization < 0.5 && asItIs.found === resting.found;
if (!isSame) console.log('CHANGED');
process.exit(isSame ? 0 : 1);
JAVASCRIPT
node look.mjs 2>/dev/null

// The smallest possible executor of a graph, so that kernels are tested without the engine's plan and program: a buffer
// a tensor, every node's dispatches in order, one submission. Buffers nobody filled are poisoned with NaN, and so is a tail behind
// every tensor, which is bound with it: what reads past an end brings NaN, and what writes there is found. (Without the tail an
// overrun overwrites the last row on SwiftShader and vanishes on lavapipe, without a validation error on either.)
import { optionalFeatures, type DeviceReport } from '../../../src/engine/deviceReport';
import { byteLength, elementCount, type Graph, type Tensor } from '../../../src/engine/graph';
import { opNamed, type Dispatch, type KernelTarget } from '../../../src/engine/op';
import '../../../src/engine/ops/index';
import { shaderCode } from '../../../src/engine/shaders';
import { testGpu } from '../../support/gpu';

/** Behind every tensor, in words. */
const tailWords = 256;
/** NaNs, another for each tensor: a NaN that is read behind one and written behind another keeps its bits. */
const tailWord = (index: number) => 0x7fc0de00 + index;

export type HostValues = Float32Array | Uint32Array;

export interface KernelBench {
  readonly device: GPUDevice;
  /** What a variant's needs are compared with. */
  readonly report: Pick<DeviceReport, 'features' | 'limits'>;
  /** For every matmul variant, else the adapter's own. */
  targetFor(matmulVariant: string): KernelTarget;
  /** Runs all nodes of the graph. `values` fills tensors by name; the rest starts as NaN. Returns `wanted` in order. */
  runGraph(
    graph: Graph,
    values: Readonly<Record<string, HostValues>>,
    wanted: readonly Tensor[],
    target: KernelTarget,
  ): Promise<HostValues[]>;
  runDispatches(
    dispatches: readonly Dispatch[],
    values: Readonly<Record<string, HostValues>>,
    wanted: readonly Tensor[],
  ): Promise<HostValues[]>;
  /** Milliseconds of the fastest of `repeats` runs, each one submission. */
  time(
    dispatches: readonly Dispatch[],
    values: Readonly<Record<string, HostValues>>,
    repeats: number,
  ): Promise<{ milliseconds: number; compileMilliseconds: number }>;
}

export async function openKernelBench(): Promise<KernelBench> {
  const adapter = await testGpu().requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter: set VK_ICD_FILENAMES to a Vulkan driver');
  const features = optionalFeatures.filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({
    requiredFeatures: features,
    requiredLimits: {
      maxComputeWorkgroupStorageSize: adapter.limits.maxComputeWorkgroupStorageSize,
      maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      maxBufferSize: adapter.limits.maxBufferSize,
    },
  });
  const pipelines = new Map<string, Promise<GPUComputePipeline>>();

  async function compile(dispatch: Dispatch): Promise<GPUComputePipeline> {
    const { kernel, constants, bindings } = dispatch;
    const access = bindings.map((binding) => binding.access).join();
    const key = JSON.stringify([kernel, constants, access]);
    const known = pipelines.get(key);
    if (known) return known;
    const made = makePipeline(device, dispatch);
    pipelines.set(key, made);
    return made;
  }

  interface Prepared {
    readonly buffers: ReadonlyMap<number, GPUBuffer>;
    readonly steps: readonly { pipeline: GPUComputePipeline; group: GPUBindGroup; workgroups: readonly number[] }[];
  }

  async function prepare(
    dispatches: readonly Dispatch[],
    values: Readonly<Record<string, HostValues>>,
    also: readonly Tensor[],
  ): Promise<Prepared> {
    const tensors = new Map(
      [...dispatches.flatMap((d) => d.bindings.map((b) => b.tensor)), ...also].map((t) => [t.id, t]),
    );
    const buffers = new Map<number, GPUBuffer>();
    for (const tensor of tensors.values()) {
      const size = Math.max(byteLength(tensor), 4);
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
      const buffer = device.createBuffer({ label: tensor.name, size: size + 4 * tailWords, usage });
      const given = values[tensor.name];
      if (given && given.byteLength !== size) throw new Error(`${tensor.name}: ${given.byteLength} bytes for ${size}`);
      const poison = () => new Float32Array(size / 4).fill(NaN);
      device.queue.writeBuffer(buffer, 0, (given ?? poison()) as Float32Array<ArrayBuffer>);
      device.queue.writeBuffer(buffer, size, new Uint32Array(tailWords).fill(tailWord(buffers.size)));
      buffers.set(tensor.id, buffer);
    }
    const steps = [];
    for (const dispatch of dispatches) {
      const pipeline = await compile(dispatch);
      const entries = dispatch.bindings.map(({ tensor, rows }, binding) => {
        const buffer = buffers.get(tensor.id)!;
        if (!rows) return { binding, resource: { buffer } };
        const rowBytes = (elementCount(tensor.shape) / tensor.shape[0]!) * 4;
        return { binding, resource: { buffer, offset: rows[0] * rowBytes } };
      });
      const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      steps.push({ pipeline, group, workgroups: dispatch.workgroups });
    }
    return { buffers, steps };
  }

  function submit({ steps }: Prepared): void {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, group, workgroups } of steps) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups[0]!, workgroups[1], workgroups[2]);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  async function runDispatches(
    dispatches: readonly Dispatch[],
    values: Readonly<Record<string, HostValues>>,
    wanted: readonly Tensor[],
  ): Promise<HostValues[]> {
    device.pushErrorScope('validation');
    const prepared = await prepare(dispatches, values, wanted);
    submit(prepared);
    const staging = wanted.map((tensor) => {
      const size = byteLength(tensor);
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
      const buffer = device.createBuffer({ size, usage });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(prepared.buffers.get(tensor.id)!, 0, buffer, 0, size);
      device.queue.submit([encoder.finish()]);
      return buffer;
    });
    const tails = copyTails(prepared.buffers);
    const error = await device.popErrorScope();
    if (error) throw new Error(error.message);
    const results: HostValues[] = [];
    for (const [index, buffer] of staging.entries()) {
      await buffer.mapAsync(GPUMapMode.READ);
      const bytes = buffer.getMappedRange().slice(0);
      results.push(wanted[index]!.type === 'f32' ? new Float32Array(bytes) : new Uint32Array(bytes));
      buffer.destroy();
    }
    await requireUntouched(tails, prepared.buffers);
    for (const buffer of prepared.buffers.values()) buffer.destroy();
    return results;
  }

  function copyTails(buffers: Prepared['buffers']): GPUBuffer {
    const bytes = 4 * tailWords;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = device.createBuffer({ size: buffers.size * bytes, usage });
    const encoder = device.createCommandEncoder();
    for (const [index, buffer] of [...buffers.values()].entries()) {
      encoder.copyBufferToBuffer(buffer, buffer.size - bytes, staging, index * bytes, bytes);
    }
    device.queue.submit([encoder.finish()]);
    return staging;
  }

  async function requireUntouched(tails: GPUBuffer, buffers: Prepared['buffers']): Promise<void> {
    await tails.mapAsync(GPUMapMode.READ);
    const words = new Uint32Array(tails.getMappedRange());
    for (const [index, { label }] of [...buffers.values()].entries()) {
      const at = words
        .subarray(index * tailWords, (index + 1) * tailWords)
        .findIndex((word) => word !== tailWord(index));
      if (at >= 0) throw new Error(`a kernel wrote word ${at} behind the end of ${label}`);
    }
    tails.destroy();
  }

  return {
    device,
    report: {
      features,
      limits: {
        maxBufferBytes: device.limits.maxBufferSize,
        maxBindingBytes: device.limits.maxStorageBufferBindingSize,
        maxBindingsPerKernel: device.limits.maxStorageBuffersPerShaderStage,
        maxWorkgroupsPerDimension: device.limits.maxComputeWorkgroupsPerDimension,
        maxInvocationsPerWorkgroup: device.limits.maxComputeInvocationsPerWorkgroup,
        maxWorkgroupStorageBytes: device.limits.maxComputeWorkgroupStorageSize,
      },
    },
    targetFor: (matmulVariant) => ({
      maxWorkgroupsPerDimension: device.limits.maxComputeWorkgroupsPerDimension,
      maxInvocationsPerWorkgroup: device.limits.maxComputeInvocationsPerWorkgroup,
      maxWorkgroupStorageBytes: device.limits.maxComputeWorkgroupStorageSize,
      maxBindingBytes: device.limits.maxStorageBufferBindingSize,
      matmulVariant,
    }),
    runDispatches,
    runGraph: (graph, values, wanted, target) =>
      runDispatches(
        graph.nodes.flatMap((node) => opNamed(node.op).dispatches(node, target)),
        values,
        wanted,
      ),
    async time(dispatches, values, repeats) {
      const begun = performance.now();
      const prepared = await prepare(dispatches, values, []);
      submit(prepared);
      await device.queue.onSubmittedWorkDone();
      const compileMilliseconds = performance.now() - begun;
      let milliseconds = Infinity;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const start = performance.now();
        submit(prepared);
        await device.queue.onSubmittedWorkDone();
        milliseconds = Math.min(milliseconds, performance.now() - start);
      }
      for (const buffer of prepared.buffers.values()) buffer.destroy();
      return { milliseconds, compileMilliseconds };
    },
  };
}

/** An explicit layout, so that what a dispatch declares is checked against what its shader binds. */
async function makePipeline(device: GPUDevice, { kernel, constants, bindings }: Dispatch): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ label: kernel, code: shaderCode(kernel, constants) });
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter((message) => message.type === 'error');
  if (errors.length > 0) {
    throw new Error(`${kernel}: ${errors.map((e) => `line ${e.lineNum}: ${e.message}`).join('; ')}`);
  }
  const layout = device.createBindGroupLayout({
    entries: bindings.map(({ access }, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    })),
  });
  return device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
}

/**
 * From a planned dispatch to something that can be encoded: a pipeline, shared by all dispatches with the same expanded
 * source, and a bind group. Layouts are stated, not inferred: an inferred one drops bindings that a kernel's constants
 * switch off, and then the bind group no longer matches.
 */
import { LabError } from '../error';
import type { Device } from './device';
import { elementCount } from './graph';
import type { BufferRange } from './memory';
import type { Binding, Dispatch } from './op';
import { bindingRange, type PlannedDispatch } from './plan';
import { shaderCode } from './shaders';

export interface CompiledDispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  /** Estimated multiplications; only its proportions matter (submission.ts). */
  readonly work: number;
}

/** Compiles all kernels at once; drivers do so in parallel. Throws `engine/kernel` with the compiler's words. */
export async function compileDispatches(
  device: Device,
  dispatches: readonly PlannedDispatch[],
  locate: (tensor: Binding['tensor']) => BufferRange,
): Promise<CompiledDispatch[]> {
  const pipelines = await Promise.all(dispatches.map((dispatch) => pipelineFor(device, dispatch)));
  return device.guarded('the bind groups', () =>
    dispatches.map((dispatch, index) => {
      const pipeline = pipelines[index]!;
      const entries = dispatch.bindings.map((binding, at): GPUBindGroupEntry => {
        const { buffer, offset } = locate(binding.tensor);
        const range = bindingRange(binding);
        return { binding: at, resource: { buffer, offset: offset + range.offset, size: range.bytes } };
      });
      const layout = pipeline.getBindGroupLayout(0);
      const bindGroup = device.gpu.createBindGroup({ label: dispatch.label, layout, entries });
      return { label: dispatch.label, pipeline, bindGroup, workgroups: dispatch.workgroups, work: workOf(dispatch) };
    }),
  );
}

async function pipelineFor(device: Device, dispatch: PlannedDispatch): Promise<GPUComputePipeline> {
  const code = shaderCode(dispatch.kernel, dispatch.constants);
  const accesses = dispatch.bindings.map((binding) => binding.access);
  const key = `${accesses.join()}\n${code}`;
  const known = device.pipelines.get(key);
  if (known) return known;
  const made = createPipeline(device, dispatch, code, accesses);
  device.pipelines.set(key, made);
  made.catch(() => device.pipelines.delete(key));
  return made;
}

async function createPipeline(
  device: Device,
  dispatch: PlannedDispatch,
  code: string,
  accesses: readonly Binding['access'][],
): Promise<GPUComputePipeline> {
  const { gpu } = device;
  device.check();
  const entries = accesses.map((access, binding): GPUBindGroupLayoutEntry => {
    const type = access === 'read' ? 'read-only-storage' : 'storage';
    return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
  });
  gpu.pushErrorScope('validation');
  const module = gpu.createShaderModule({ label: dispatch.kernel, code });
  const layout = gpu.createPipelineLayout({ bindGroupLayouts: [gpu.createBindGroupLayout({ entries })] });
  const pending = gpu.createComputePipelineAsync({
    label: dispatch.kernel,
    layout,
    compute: { module, entryPoint: 'main' },
  });
  const scope = gpu.popErrorScope();
  pending.catch(() => undefined);
  try {
    const error = await device.orFail(scope);
    if (error) throw new Error(error.message);
    return await device.orFail(pending);
  } catch (cause) {
    if (device.failure) throw device.failure;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new LabError(
      'engine/kernel',
      `The kernel ${dispatch.kernel} (${dispatch.label}) does not compile on this adapter: ${text}`,
      'This is a defect of Tokengraft or of the graphics driver; please report it with the name of the adapter.',
      { kernel: dispatch.kernel, constants: dispatch.constants },
      cause,
    );
  }
}

/** For a product [m, k] x [k, n] the root of the three sizes' product is m k n; element-wise kernels come out too dear. */
function workOf(dispatch: Dispatch): number {
  const sizes = dispatch.bindings.map(({ tensor, rows }) => {
    const count = elementCount(tensor.shape);
    return rows ? (count / tensor.shape[0]!) * (rows[1] - rows[0]) : count;
  });
  const [a = 1, b = 1, c = 1] = sizes.sort((x, y) => y - x);
  return Math.max(a, Math.sqrt(a * b * c));
}

/**
 * How long each dispatch of a program takes: by the GPU's own clock where the adapter has one, else each distinct one alone,
 * many times in one submission. Browsers round the clock to 0.1 ms, so what single short dispatches show means little and
 * their sums mean more.
 */
import type { Device } from './device';
import type { CompiledDispatch } from './pipelines';
import { readBuffer } from './readback';
import type { StepTimes, TimingWatch } from './stepTimes';

/** A query set may have 4096 entries, two a dispatch. */
const dispatchesPerSet = 2048;
const longestSubmission = 200;
/** Of one kind of dispatch alone. */
const aloneMilliseconds = 20;
const mostRepeats = 256;

export function timingMethod(device: Device): StepTimes['method'] {
  return device.gpu.features.has('timestamp-query') ? 'timestamps' : 'alone';
}

/** Milliseconds of each, of the run that was fastest as a whole. */
export async function timeDispatches(
  device: Device,
  dispatches: readonly CompiledDispatch[],
  { runs, workPerSubmission }: { readonly runs: number; readonly workPerSubmission: number },
  watch: TimingWatch = {},
): Promise<number[]> {
  if (timingMethod(device) === 'alone') return timeAlone(device, dispatches, watch);
  let best: number[] = [];
  let bestSum = Infinity;
  for (let run = 0; run < runs; run++) {
    watch.signal?.throwIfAborted();
    watch.onProgress?.(run, runs);
    const times: number[] = [];
    for (let at = 0; at < dispatches.length; at += dispatchesPerSet) {
      times.push(...(await timestamps(device, dispatches.slice(at, at + dispatchesPerSet), workPerSubmission)));
    }
    const sum = times.reduce((total, time) => total + time, 0);
    if (sum < bestSum) [best, bestSum] = [times, sum];
  }
  return best;
}

/** A pass a dispatch: timestamps stand at the ends of passes. */
async function timestamps(
  device: Device,
  dispatches: readonly CompiledDispatch[],
  workPerSubmission: number,
): Promise<number[]> {
  const { gpu } = device;
  const count = 2 * dispatches.length;
  const { querySet, buffer } = await device.guarded('timestamps', () => ({
    querySet: gpu.createQuerySet({ type: 'timestamp', count }),
    buffer: gpu.createBuffer({ size: 8 * count, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
  }));
  try {
    let encoder = gpu.createCommandEncoder();
    let work = 0;
    for (const [index, dispatch] of dispatches.entries()) {
      if (work > 0 && work + dispatch.work > workPerSubmission) {
        gpu.queue.submit([encoder.finish()]);
        encoder = gpu.createCommandEncoder();
        work = 0;
      }
      const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [2 * index, 2 * index + 1];
      encode(encoder, [dispatch], { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex });
      work += dispatch.work;
    }
    encoder.resolveQuerySet(querySet, 0, count, buffer, 0);
    gpu.queue.submit([encoder.finish()]);
    const nanoseconds = new BigInt64Array((await readBuffer(device, buffer, 0, 8 * count)).slice().buffer);
    return dispatches.map((_, index) =>
      Math.max(0, Number(nanoseconds[2 * index + 1]! - nanoseconds[2 * index]!) / 1e6),
    );
  } finally {
    querySet.destroy();
    buffer.destroy();
  }
}

/** Dispatches of one pipeline over as many workgroups take the same time. */
async function timeAlone(
  device: Device,
  dispatches: readonly CompiledDispatch[],
  { signal, onProgress }: TimingWatch,
): Promise<number[]> {
  const found = new Map<GPUComputePipeline, Map<string, CompiledDispatch>>();
  for (const dispatch of dispatches) {
    const sizes = found.get(dispatch.pipeline) ?? new Map<string, CompiledDispatch>();
    found.set(dispatch.pipeline, sizes.set(dispatch.workgroups.join(), dispatch));
  }
  const distinct = [...found.values()].flatMap((sizes) => [...sizes.values()]);
  const times = new Map<CompiledDispatch, number>();
  const waiting = await fastest(device, []);
  for (const [done, dispatch] of distinct.entries()) {
    signal?.throwIfAborted();
    onProgress?.(done, distinct.length);
    times.set(dispatch, await timeOne(device, dispatch, waiting));
  }
  return dispatches.map(({ pipeline, workgroups }) => times.get(found.get(pipeline)!.get(workgroups.join())!)!);
}

/** @param waiting milliseconds of a submission of nothing. */
async function timeOne(device: Device, dispatch: CompiledDispatch, waiting: number): Promise<number> {
  const once = Math.max(0.001, (await fastest(device, [dispatch])) - waiting);
  if (once > longestSubmission / 4) return once;
  const repeats = Math.max(1, Math.min(mostRepeats, Math.round(aloneMilliseconds / once)));
  const many = await fastest(
    device,
    Array.from({ length: repeats }, () => dispatch),
  );
  return Math.max(0, many - waiting) / repeats;
}

/** Of a few submissions, the first of which may still compile. */
async function fastest(device: Device, dispatches: readonly CompiledDispatch[]): Promise<number> {
  let best = Infinity;
  for (let run = 0; run < 3; run++) {
    const started = performance.now();
    const encoder = device.gpu.createCommandEncoder();
    encode(encoder, dispatches);
    device.gpu.queue.submit([encoder.finish()]);
    await device.orFail(device.gpu.queue.onSubmittedWorkDone());
    const time = performance.now() - started;
    best = Math.min(best, time);
    if (run > 0 && time > longestSubmission) break;
  }
  return best;
}

function encode(
  encoder: GPUCommandEncoder,
  dispatches: readonly CompiledDispatch[],
  timestampWrites?: GPUComputePassTimestampWrites,
): void {
  const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
  for (const { pipeline, bindGroup, workgroups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...workgroups);
  }
  pass.end();
}

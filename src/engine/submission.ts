/**
 * Cuts a list of dispatches into submissions. Operating systems reset a GPU that is busy for seconds, so one submission
 * aims at 200 ms. How much work that is gets measured: it starts low enough for a software rasteriser and follows the
 * step times that were read back. The cuts change no value.
 */
import type { Device } from './device';
import type { CompiledDispatch } from './pipelines';

const targetMilliseconds = 200;
/** A software rasteriser on two cores does about this many multiplications a millisecond. */
const slowestWorkPerMillisecond = 2e6;

export class Pace {
  private workPerMillisecond = slowestWorkPerMillisecond;

  get workPerSubmission(): number {
    return this.workPerMillisecond * targetMilliseconds;
  }

  /** `work` took `milliseconds` on the GPU; jumps down at once, climbs by at most four times a reading. */
  measured(work: number, milliseconds: number): void {
    const rate = work / Math.max(milliseconds, 0.01);
    this.workPerMillisecond = Math.max(1e4, Math.min(rate, this.workPerMillisecond * 4));
  }
}

/** Encodes and submits everything; `finish` may add copies to the last submission. */
export function submitInPieces(
  device: Device,
  dispatches: readonly CompiledDispatch[],
  workPerSubmission: number,
  options: {
    readonly begin?: (encoder: GPUCommandEncoder) => void;
    readonly finish?: (encoder: GPUCommandEncoder) => void;
  } = {},
): void {
  let encoder = device.gpu.createCommandEncoder();
  options.begin?.(encoder);
  let pass = encoder.beginComputePass();
  let work = 0;
  for (const dispatch of dispatches) {
    if (work > 0 && work + dispatch.work > workPerSubmission) {
      pass.end();
      device.gpu.queue.submit([encoder.finish()]);
      encoder = device.gpu.createCommandEncoder();
      pass = encoder.beginComputePass();
      work = 0;
    }
    pass.setPipeline(dispatch.pipeline);
    pass.setBindGroup(0, dispatch.bindGroup);
    pass.dispatchWorkgroups(...dispatch.workgroups);
    work += dispatch.work;
  }
  pass.end();
  options.finish?.(encoder);
  device.gpu.queue.submit([encoder.finish()]);
}

export function totalWork(dispatches: readonly CompiledDispatch[]): number {
  return dispatches.reduce((sum, dispatch) => sum + dispatch.work, 0);
}

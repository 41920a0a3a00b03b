/** What computes, in words. */
import { msg, str } from '@lit/localize';
import type { DroppedVariant, EngineSummary } from '../../worker/index';
import { count } from '../format';

/** A few words, for the top bar. */
export function engineName({ kind, threads = 1 }: EngineSummary): string {
  if (kind === 'gpu') return msg('GPU ready');
  if (kind === 'software-gpu') return msg('Software GPU');
  return threads === 1 ? msg('Processor, one thread') : msg(str`Processor, ${count(threads)} threads`);
}

/** Why it is the processor, where nobody chose it; null where there is nothing to say. */
export function engineReason({ instead, gpuGigaflopsPerSecond, gigaflopsPerSecond }: EngineSummary): string | null {
  switch (instead) {
    case 'no-webgpu':
      return msg('This browser offers no WebGPU. Everything works on the processor; a graphics card would be faster.');
    case 'no-adapter':
      return msg(
        'The browser offers no graphics adapter. Everything works on the processor; a graphics card would be faster.',
      );
    case 'self-test':
      return msg('The GPU returned wrong numbers in the self-test, so the processor computes.');
    case 'slower': {
      const times = (gigaflopsPerSecond ?? 0) / (gpuGigaflopsPerSecond ?? Infinity);
      return msg(
        str`The browser’s GPU is imitated by software; the processor is ${times.toFixed(1)} times as fast here.`,
      );
    }
    default:
      return null;
  }
}

/** Kernels that were dropped, and why; none where nothing was. */
export function droppedKernels({ dropped = [], available, matmulVariant = '' }: EngineSummary): string[] {
  const named = (cause: DroppedVariant['cause']): string =>
    dropped
      .filter((each) => each.cause === cause)
      .map(({ variant }) => variant)
      .join(', ');
  const [wrong, failed] = [named('wrong'), named('failed')];
  return [
    ...(wrong ? [msg(str`Matrix products wrong here, left out: ${wrong}.`)] : []),
    ...(failed ? [msg(str`Matrix products that do not run here, left out: ${failed}.`)] : []),
    ...(dropped.length > 0 && available ? [msg(str`Training goes on with ${matmulVariant}, as exactly.`)] : []),
  ];
}

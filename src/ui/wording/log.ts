/** Events of a run in words. */
import { msg, str } from '@lit/localize';
import type { LogRecord } from '../../worker/index';
import { fileSize, plain } from '../format';
import type { StatusKind } from '../parts/panel';
import { stepsText } from './counts';

export function logKind({ event }: LogRecord): StatusKind {
  if (event === 'not-a-number' || event === 'error') return 'bad';
  if (event === 'device-lost' || event === 'stopped') return 'warn';
  if (event === 'finished' || event === 'checkpoint') return 'good';
  return 'info';
}

export function logText(record: LogRecord): string {
  const { event, step, details } = record;
  const numberOf = (name: string) => (typeof details?.[name] === 'number' ? (details[name] as number) : undefined);
  switch (event) {
    case 'started':
      return msg('Training started');
    case 'paused':
      return msg('Paused');
    case 'resumed':
      return msg('Resumed');
    case 'stopped':
      return msg('Stopped; the weights so far are kept');
    case 'finished':
      return msg(str`Finished after ${stepsText(step)}`);
    case 'checkpoint': {
      const bytes = numberOf('bytes');
      return bytes === undefined ? msg('Saved') : msg(str`Saved, ${plain(fileSize(bytes))}`);
    }
    case 'not-a-number':
      return msg('The loss is not a number; the run stopped');
    case 'device-lost':
      return msg('The GPU was taken away');
    case 'error':
      return typeof details?.['message'] === 'string' ? details['message'] : msg('Something failed');
  }
}

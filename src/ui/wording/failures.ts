/** What failed, in the page's language, from the area of an error's code. The cause and the advice come from the lab. */
import { msg } from '@lit/localize';
import type { Failure } from '../state/slot';

export function failureTitle(failure: Failure): string {
  switch (failure.code.split('/')[0]) {
    case 'checkpoint':
    case 'safetensors':
    case 'model':
      return msg('This model cannot be read.');
    case 'tokenizer':
      return msg('This tokenizer cannot be used.');
    case 'corpus':
      return msg('These texts cannot be read.');
    case 'plan':
    case 'memory':
    case 'out-of-memory':
      return msg('This plan does not fit.');
    case 'device':
    case 'gpu':
      return msg('The GPU was taken away or refused the work.');
    case 'adapter':
      return msg('No GPU can be used here.');
    case 'train':
    case 'run':
      return msg('Training stopped.');
    case 'export':
      return msg('The files were not saved.');
    case 'worker':
      return msg('The lab stopped.');
    default:
      return msg('That did not work.');
  }
}

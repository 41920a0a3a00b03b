/** What a model ran on, in a few words. */
import { msg, str } from '@lit/localize';
import type { RuntimeUsed } from '../../worker/index';
import { count } from '../format';

export function runtimeText({ name, provider, threads }: RuntimeUsed): string {
  if (name === 'engine' && provider === 'webgpu') return msg('our engine, on this GPU');
  if (name === 'engine') return msg('our engine, on the processor');
  if (provider === 'webgpu') return msg('onnxruntime-web, on this GPU');
  return threads === 1
    ? msg('onnxruntime-web, on the processor')
    : msg(str`onnxruntime-web, on the processor, ${count(threads)} threads`);
}

/** Prints the hash by which llama.cpp's converter knows the tokenizer of a model. */
import { pathTree } from '../../src/checkpoint/node';
import { openModel } from '../../src/lab/index';
import { llamaCppHash } from '../../src/tokenizer/index';

export async function main([path]: readonly string[]): Promise<number> {
  if (path === undefined) throw new Error('A model is needed.');
  console.log(await llamaCppHash((await openModel(await pathTree(path), 'folder')).tokenizer));
  return 0;
}

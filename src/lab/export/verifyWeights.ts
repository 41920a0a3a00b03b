/**
 * Is what was written what should have been written? Without a GPU: the folder is opened like any other, and every
 * tensor is compared byte by byte with its stream, made anew. verifyExport.ts compares what a device computes instead.
 */
import { tensorBytes, type FileTree } from '../../checkpoint/index';
import { LabError } from '../../error';
import { tensorsToWrite, type ModelToExport } from './exportModel';
import { openModel } from '../open/openModel';
import { throttled, type OnProgress } from '../progress';

export interface VerifiedWeights {
  readonly tensors: number;
  readonly bytes: number;
}

/** @throws LabError lab/verification-failed, naming the tensor, besides what opening a folder throws. */
export async function verifyWeights(
  tree: FileTree,
  exported: ModelToExport,
  onProgress: OnProgress = () => undefined,
): Promise<VerifiedWeights> {
  const { checkpoint } = await openModel(tree, 'folder');
  const expected = await tensorsToWrite(exported);
  const total = expected.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  const report = throttled(onProgress);
  let done = 0;
  for (const tensor of expected) {
    const written = checkpoint.tensors.get(tensor.name);
    const isAlike = written?.dtype === tensor.dtype && written.shape.join() === tensor.shape.join();
    if (!written || !isAlike) throw differs(tree.name, tensor.name);
    const rowBytes = written.bytes / (written.shape[0] ?? 1);
    let row = 0;
    for await (const chunk of tensor.chunks()) {
      const end = row + chunk.length / rowBytes;
      const found = await written.read({ start: row, end });
      if (found.some((byte, at) => byte !== chunk[at])) throw differs(tree.name, tensor.name);
      row = end;
      done += chunk.length;
      report({ phase: 'verifying', done, total });
    }
  }
  if (checkpoint.tensors.size !== expected.length) throw differs(tree.name, 'another tensor');
  return { tensors: expected.length, bytes: total };
}

function differs(folder: string, tensor: string): LabError {
  return new LabError(
    'lab/verification-failed',
    `\`${tensor}\` in \`${folder}\` is not what was written there.`,
    'Do not use the folder: the disk may be failing, or another program wrote to it. Save again.',
    { tensor },
  );
}

// The worker's lab itself, in Node on the processor: what only a browser's worker has is replaced by the command line's.
import { readFileSync } from 'node:fs';
import { afterAll, describe, vi } from 'vitest';
import { connectCalls, serveCalls } from '../../src/worker/calls';
import { Experiment } from '../../src/worker/experiment';
import type { LabApi } from '../../src/worker/index';
import { PickedFolders } from './folders';
import { acrossPorts, keepsItsPromises } from './promises';
import { keepsItsTrainedPromises } from './trainedPromises';

vi.mock('../../src/worker/publicFiles', async () => {
  const { folderTree } = await import('../../src/checkpoint/node');
  const { corpusFile, samplePath, samples } = await import('../../src/headless/verbs/corpus');
  const index = () => JSON.parse(readFileSync('public/samples/index.json', 'utf8')) as { samples: { id: string }[] };
  return {
    bundledModel: () => folderTree('public/models/rootstock'),
    sampleIndex: async () => index().samples,
    sampleNamed: async (id: string) => index().samples.find((sample) => sample.id === id),
    sampleFile: ({ id }: { id: string }) => corpusFile(samplePath(samples().find((sample) => sample.id === id)!)),
  };
});
vi.mock('../../src/worker/onnxRuntime', async () => {
  const { processorRuntime } = await import('../support/processor');
  return { processorRuntime: async () => processorRuntime(), onnxRuntime: undefined };
});
vi.mock('../../src/worker/countingShards', () => import('../../src/headless/countingShards'));
vi.mock('../../src/worker/xzWorker', () => ({ xzSize: undefined }));

const ports: MessagePort[] = [];
afterAll(() => ports.forEach((port) => port.close()));

describe('the real lab', () => {
  const folders = new PickedFolders();
  const openLab = () =>
    acrossPorts(
      (port) => connectCalls<LabApi>(port).api,
      (port) => serveCalls<LabApi>(folders.behind(new Experiment()), port),
      ports,
    );
  keepsItsPromises(openLab);
  keepsItsTrainedPromises(openLab, folders);
});

/** Models of the fake lab: the bundled one, and a Hub with a shelf. */
import { LabError } from '../../src/error';
import type { CachedModel, HubModel, LabApi } from '../../src/worker/index';
import type { Count } from './fakeWaiting';

export const model = {
  name: 'rootstock',
  source: 'bundled',
  family: 'llama',
  parameters: 4_731_136,
  layers: 6,
  hiddenSize: 256,
  contextLength: 512,
  tied: true,
  dtype: 'BF16',
  weightBytes: 9_462_272,
  vocabSize: 4096,
  tokenizerLength: 4096,
  largestId: 4095,
  embeddingRows: 4096,
  tokenizerFamily: 'byte-level BPE',
  extendable: true,
  licence: 'Apache-2.0',
  notes: [],
  readers: [
    { reason: 'nfc', client: 'llama.cpp', forms: ['gguf'] },
    { reason: 'rounded-activations', client: 'llama.cpp', forms: ['gguf'], ggufDtypes: ['BF16', 'Q8_0'] },
  ],
} as const;

const hubFiles = [
  { name: 'config.json', size: 700, etag: '1'.repeat(40) },
  { name: 'model.safetensors', size: 999_300, etag: '2'.repeat(64) },
];

const hubModel = (id: string): HubModel => ({
  id,
  name: id,
  revision: 'main',
  commit: '1234567890abcdef1234567890abcdef12345678',
  licence: 'apache-2.0',
  architecture: 'LlamaForCausalLM',
  gated: false,
  files: hubFiles,
  wanted: id === 'lab/ggufs' ? [] : hubFiles,
  choices: id === 'lab/ggufs' ? [{ name: 'a.gguf', size: 5000, etag: '3'.repeat(64) }] : [],
  wantedBytes: 1_000_000,
});

const cachedModel = (id: string): CachedModel => ({
  id,
  licence: 'apache-2.0',
  architecture: 'LlamaForCausalLM',
  savedAt: '2026-01-01T00:00:00.000Z',
  bytes: 1_000_000,
  totalBytes: 1_000_000,
  complete: true,
});

type HubCalls = Pick<
  LabApi,
  'describeHubModel' | 'downloadHubModel' | 'openHubModel' | 'cachedHubModels' | 'removeHubModel' | 'hubRequests'
>;

/** @param opened is told that a model was opened. */
export function fakeHub(count: Count, opened: <Model>(summary: Model) => Model): HubCalls {
  const shelf = new Map<string, CachedModel>();
  let asked = 0;
  return {
    async describeHubModel(id) {
      asked += 2;
      if (id === 'lab/gated') throw new LabError('hub/not-allowed', 'Not for you.', 'Give a token.');
      return hubModel(id);
    },
    async downloadHubModel(id, _token, onProgress, signal) {
      asked += 3;
      await count('downloading', 1_000_000, onProgress, signal);
      shelf.set(id, cachedModel(id));
      return null;
    },
    openHubModel: async (id) => opened({ ...model, name: id.split('/')[1]!, source: 'hub' } as const),
    cachedHubModels: async () => [...shelf.values()],
    removeHubModel: async (id) => void shelf.delete(id),
    hubRequests: async () => asked,
  };
}

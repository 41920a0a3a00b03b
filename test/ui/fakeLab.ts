/**
 * A lab that answers at once with made-up but plausible values, for tests of the page and for looking at it without a GPU.
 * It never ships: only tests and test/ui/fake.vite.config.ts refer to it.
 */
import { LabError } from '../../src/error';
import { fakeExperiments, type FakeExperimentParts } from './fakeExperiment';
import type {
  CachedModel,
  HubModel,
  Candidate,
  CandidateCounts,
  VocabularyChoice,
  Comparison,
  CorpusSummary,
  Diagnosis,
  ExportReport,
  LabApi,
  NewToken,
  Piece,
  RunStatus,
  ScoreResult,
  StepProfile,
  TrainMode,
  TrainSettings,
} from '../../src/worker/index';
import { withKept } from './fakeKept';

const MOLECULES = [
  'CC(=O)Oc1ccccc1C(=O)O',
  'CN1C=NC2=C1C(=O)N(C(=O)N2C)C',
  'CC(C)Cc1ccc(cc1)C(C)C(=O)O',
  'COc1ccc2cc(ccc2c1)C(C)C(=O)O',
  'C1=CC=C(C=C1)C(=O)NCCN2CCOCC2',
];
const PARTS = [
  'c1ccccc1',
  'C(=O)O',
  'C(=O)N',
  'ccccc',
  'c1ccc(',
  'CC(C)',
  'OCC',
  'CCN',
  'C(F)(F)F',
  '[C@@H]',
  '[C@H]',
  'COc1ccc',
  '=C(',
  'Nc1',
  'Cl',
];
const MIB = 1024 ** 2;

function random(seed: number): () => number {
  let state = seed;
  return () => ((state = (state * 1664525 + 1013904223) >>> 0), state / 2 ** 32);
}

function cut(text: string, tokens: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length;) {
    const found = tokens.find((token) => text.startsWith(token, at));
    const piece = found ?? /^( ?[A-Za-z]{1,4}|.)/su.exec(text.slice(at))![0];
    pieces.push({
      id: found ? 4096 + tokens.indexOf(found) : piece.charCodeAt(0),
      text: piece,
      start: at,
      end: at + piece.length,
      isNew: Boolean(found),
    });
    at += piece.length;
  }
  return pieces;
}

function newTokens(count: number): NewToken[] {
  const next = random(3);
  return Array.from({ length: count }, (_, at) => {
    const text =
      at < PARTS.length
        ? PARTS[at]!
        : PARTS[at % PARTS.length]! + 'CNOcn()=123'[Math.floor(next() * 11)]! + (at > 200 ? at : '');
    const occurrences = Math.round(26_000 / (1 + at / 6) ** 0.9);
    const old = cut(text, []);
    return {
      id: 4096 + at,
      text,
      pieces: old.map((piece) => ({ id: piece.id, text: piece.text })),
      occurrences,
      documents: Math.round(occurrences * 0.6),
      tokensSaved: occurrences * Math.max(1, old.length - 1),
    };
  });
}

const candidates: Candidate[] = newTokens(2048).map(({ text, pieces, documents, occurrences }, at) => ({
  piece: text,
  text,
  pieces,
  documents,
  occurrences,
  flags: at % 17 === 5 ? ['inside-another'] : at % 41 === 9 ? ['few-documents'] : [],
}));

function counted({ newTokens: size, rejected, added }: VocabularyChoice): CandidateCounts {
  const accepted = candidates.flatMap(({ piece }, at) => (rejected.includes(piece) ? [] : [at])).slice(0, size);
  const exposures = new Float64Array(candidates.length);
  for (const at of accepted) exposures[at] = Math.round(candidates[at]!.occurrences * 0.8);
  const tokens = accepted.length + added.length;
  return {
    accepted: Uint32Array.from(accepted),
    exposures,
    byHand: added.map((text) => ({ text, occurrences: 210 })),
    newTokens: tokens,
    exposureP10: Math.round(90_000 / (tokens + 1)),
    heldOut: {
      bytes: 148_213,
      tokensBefore: 98_112,
      tokensAfter: Math.round(98_112 / (1 + Math.log2(tokens + 1) / 10)),
    },
  };
}

const settings: TrainSettings = { mode: 'embeddings', init: 'subword-mean', batchRows: 8, rowLength: 256 };

const score = (bitsPerByte: number, tokens: number): ScoreResult => ({
  bitsPerByte,
  interval: [bitsPerByte - 0.021, bitsPerByte + 0.022],
  nllPerToken: (bitsPerByte * Math.LN2 * 148_213) / tokens,
  tokens,
  bytes: 148_213,
  lostBytes: 0,
  documents: 2811,
});

export const comparison: Comparison = {
  arms: [
    { arm: 'base', heldOut: score(2.914, 98_112), general: score(1.612, 52_001) },
    { arm: 'grafted-untrained', heldOut: score(3.402, 51_230), general: score(1.614, 52_001) },
    { arm: 'grafted-trained', heldOut: score(1.731, 51_230), general: score(1.648, 52_001) },
  ],
  difference: { bitsPerByte: -1.183, interval: [-1.21, -1.152] },
  generalDifference: { bitsPerByte: 0.036, interval: [0.029, 0.042] },
  shorterBy: 0.478,
  steps: 300,
  mode: 'embeddings',
};

const corpus: CorpusSummary = {
  name: 'Molecules',
  files: [
    {
      name: 'molecules.smi',
      bytes: 1_482_130,
      format: 'smiles',
      documents: 28_112,
      duplicates: 14,
      withoutText: 0,
      invalidBytes: 0,
      first: MOLECULES.slice(0, 5),
      doubts: [{ kind: 'unlike-format', count: 3, of: 28_115, line: 17, excerpt: 'smiles,name' }],
    },
    {
      name: 'appendix.pdf',
      bytes: 120_000,
      format: null,
      documents: 0,
      duplicates: 0,
      withoutText: 0,
      invalidBytes: 0,
      first: [],
      doubts: [],
      refused: {
        code: 'corpus/not-text',
        message: 'appendix.pdf is a PDF.',
        hint: 'Convert it to text and drop it here.',
      },
    },
  ],
  documents: 28_098,
  entities: 27_410,
  trainDocuments: 25_287,
  heldOutDocuments: 2811,
  trainBytes: 1_333_917,
  heldOutBytes: 148_213,
  generalBytes: 210_442,
  generalName: 'English prose',
  duplicates: 14,
  nearEmpty: 0,
  invalidBytes: 0,
  excerpt: MOLECULES.join('\n'),
  source: 'smiles-sample 1.0 (npm)',
  licence: 'CC-BY-4.0',
};

export const diagnosis: Diagnosis = {
  verdict: 'expand',
  confidence: 0.97,
  resampled: { same: 0.97, otherwise: 'expand-for-speed' },
  cost: {
    newParameters: 131_072,
    trainingBytes: 2_097_152,
    multiplyAddsPerByte: { before: 2_517_000, after: 1_345_000 },
  },
  signals: [
    {
      name: 'compression',
      weight: 'decides',
      value: 0.478,
      unit: 'ratio',
      thresholds: [0.1],
      better: 'higher',
      reading: 'strong',
      inputs: { tokensAfter: 51_230, tokensBefore: 98_112, breakEven: 0.038 },
    },
    {
      name: 'fragmentation',
      weight: 'decides',
      value: 0.38,
      unit: 'ratio',
      thresholds: [0.6, 0.85],
      better: 'lower',
      reading: 'strong',
      inputs: { domainBytesPerToken: 1.51, generalBytesPerToken: 3.97 },
    },
    {
      name: 'exposure',
      weight: 'decides',
      value: 412,
      unit: 'count',
      thresholds: [100, 1000, 6000],
      better: 'higher',
      reading: 'watch',
      inputs: { exposureP10: 412, epochs: 1 },
    },
    {
      name: 'budget',
      weight: 'warns',
      value: 2605,
      unit: 'bytes',
      thresholds: [20_000, 500_000],
      better: 'higher',
      reading: 'watch',
      inputs: { trainBytes: 1_333_917, newTokens: 512 },
    },
    {
      name: 'vocabularyShare',
      weight: 'warns',
      value: 0.243,
      unit: 'ratio',
      thresholds: [0.3],
      better: 'lower',
      reading: 'good',
      inputs: { vocabularyParameters: 1_179_648, parameters: 4_862_000 },
    },
    {
      name: 'boundaries',
      weight: 'decides',
      value: 0.212,
      unit: 'ratio',
      thresholds: [0.05],
      better: 'lower',
      reading: 'watch',
      inputs: { violations: 20_800, tokens: 98_112, atomicTokens: 88_420 },
      grammar: 'smiles',
    },
    {
      name: 'naturalness',
      weight: 'warns',
      value: 0.012,
      unit: 'ratio',
      thresholds: [0.1],
      better: 'lower',
      reading: 'good',
      inputs: { boundPairs: 6, newTokens: 512 },
    },
    {
      name: 'ceiling',
      weight: 'shown',
      value: 3.21,
      unit: 'bytes',
      thresholds: [],
      better: 'neither',
      reading: 'shown',
      inputs: { bytes: 148_213, preTokens: 46_172 },
    },
  ],
  frontier: [0, 64, 128, 256, 512, 1024, 2048].map((size, at) => ({
    newTokens: size,
    bytesPerToken: [1.51, 2.02, 2.34, 2.63, 2.89, 3.02, 3.1][at]!,
    exposureP10: [0, 6120, 3010, 1203, 412, 96, 21][at]!,
    links: 0,
  })),
  suggestedNewTokens: 512,
  readAtNewTokens: 512,
  bytesPerPreToken: 3.21,
  droppedShare: 0,
  mostFragmented: PARTS.slice(0, 10).map((text, at) => ({
    text,
    pieces: cut(text, []),
    occurrences: 12_000 - at * 900,
  })),
  heldOutExcerpt: MOLECULES.join('\n') + '\nCompound 14b inhibited cyclooxygenase with an IC50 of 38 nM.',
  milliseconds: 1840,
};

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const throwIfAborted = (signal: AbortSignal | undefined) => {
  if (signal?.aborted) throw new LabError('cancelled', 'The operation was cancelled.');
};

const runtime = { name: 'onnxruntime-web', provider: 'wasm', threads: 4 } as const;
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

export interface FakeOptions {
  /** Milliseconds a step of the fake run takes. */
  readonly stepMilliseconds?: number;
  readonly available?: boolean;
  /** How many experiments are kept; none by default, three at most. */
  readonly experiments?: number;
  /** Milliseconds of each tick of a long call. */
  readonly tick?: number;
  readonly experiment?: Partial<Pick<FakeExperimentParts, 'bits' | 'diverging' | 'milliseconds'>>;
}

export function fakeLab({
  stepMilliseconds = 20,
  available = true,
  experiments = 0,
  tick = 5,
  experiment = {},
}: FakeOptions = {}): LabApi {
  const shelf = new Map<string, CachedModel>();
  let asked = 0;
  let tokens: string[] = [];
  const open = { model: false, corpus: false };
  const modelOpened = <T>(summary: T): T => {
    Object.assign(open, { model: true });
    tokens = [];
    return summary;
  };
  const corpusOpened = (): CorpusSummary => {
    open.corpus = true;
    tokens = [];
    return corpus;
  };
  const requireModel = () => {
    if (!open.model) throw new LabError('lab/no-model', 'No model is open.', 'Open one in Model.');
  };
  const requireCorpus = () => {
    requireModel();
    if (!open.corpus) throw new LabError('lab/no-corpus', 'No corpus is open.', 'Choose a sample or files in Corpus.');
  };
  let paused = false;
  const count = async (
    phase: string,
    total: number,
    onProgress: (progress: { phase: string; done: number; total: number }) => void,
    signal?: AbortSignal,
  ) => {
    for (let done = 0; done <= total; done += Math.ceil(total / 8)) {
      throwIfAborted(signal);
      onProgress({ phase, done, total });
      await wait(tick);
    }
  };
  const model = {
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
  } as const;
  const vocabulary = (size: number) => ({
    newTokens: newTokens(size),
    dead: 0,
    firstNewId: 4096,
    spareRowsUsed: 0,
    embeddingRowsBefore: 4096,
    embeddingRowsAfter: 4096 + size,
    heldOut: { bytes: 148_213, tokensBefore: 98_112, tokensAfter: 51_230, lostBefore: 0, lostAfter: 0 },
    general: { bytes: 210_442, tokensBefore: 53_004, tokensAfter: 52_001, lostBefore: 0, lostAfter: 0 },
    links: 0,
    shortfall: null,
    llamaCppHash: { before: 'a1b2', after: 'c3d4' },
    milliseconds: 310,
  });
  const plan = (mode: TrainMode, rows: number, length: number) => {
    const bytes = {
      parameters: 19 * MIB,
      gradients: mode === 'all' ? 19 * MIB : 5 * MIB,
      optimizer: mode === 'all' ? 38 * MIB : 9 * MIB,
      activations: (rows * length * 60_000) | 0,
      other: 30 * MIB,
    };
    const totalBytes = Object.values(bytes).reduce((a, b) => a + b, 0);
    const fits = totalBytes < 1024 * MIB;
    return {
      mode,
      totalBytes,
      bytes,
      largestBinding: { tensor: 'model.embed_tokens.weight', bytes: 5 * MIB },
      fits,
      problems: fits
        ? []
        : [
            {
              message: `This plan needs ${totalBytes} bytes; 1 GiB is the most this adapter was asked for.`,
              hint: 'Use fewer rows a step.',
            },
          ],
    };
  };
  const status = (state: RunStatus['state'], step: number, steps: number): RunStatus => ({
    state,
    step,
    steps,
    tokensPerSecond: 10_300,
    bytesPerSecond: 29_800,
    stepMilliseconds: 198,
    millisecondsLeft: (steps - step) * 198,
    plan: plan('embeddings', 8, 256),
    ...(step >= 50 ? { savedStep: Math.floor(step / 50) * 50 } : {}),
  });
  return {
    async openEngine(choice, onProgress) {
      await count('self-test', 14, onProgress);
      const checks = { passed: 14, total: 14, failed: [] };
      if (choice === 'processor') {
        return {
          available: true,
          kind: 'processor',
          threads: 2,
          vendor: '',
          architecture: '',
          description: 'onnxruntime-web 1.30.0',
          hasF16: false,
          largestBindingBytes: 2 ** 31 - 1,
          gigaflopsPerSecond: 40,
          selfTest: checks,
        };
      }
      return {
        available,
        kind: 'software-gpu',
        vendor: 'google',
        architecture: 'swiftshader',
        description: 'SwiftShader Device (LLVM 16)',
        hasF16: false,
        subgroupSize: 4,
        largestBindingBytes: 1 << 30,
        gigaflopsPerSecond: 14.2,
        selfTest: available ? checks : { passed: 13, total: 14, failed: ['rmsNorm'] },
      };
    },
    async openBundledModel(onProgress, signal) {
      await count('reading', 9_462_272, onProgress, signal);
      return modelOpened(model);
    },
    openModelWithDelta: async () =>
      modelOpened({ ...model, name: 'rootstock-grafted', source: 'folder', embeddingRows: 4608 } as const),
    openModelFolder: async () => modelOpened({ ...model, name: 'stories260K', source: 'folder' } as const),
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
    openHubModel: async (id) => modelOpened({ ...model, name: id.split('/')[1]!, source: 'hub' } as const),
    cachedHubModels: async () => [...shelf.values()],
    removeHubModel: async (id) => void shelf.delete(id),
    hubRequests: async () => asked,
    plans: async ({ batchRows, rowLength }) =>
      (['new-rows', 'embeddings', 'all'] as const).map((mode) => plan(mode, batchRows, rowLength)),
    samples: async () => [
      {
        id: 'molecules',
        title: 'Molecules',
        kind: 'symbolic',
        bytes: 1_482_130,
        source: 'smiles-sample 1.0 (npm)',
        licence: 'CC-BY-4.0',
        excerpt: MOLECULES[0]!,
      },
      {
        id: 'law',
        title: 'Statutes',
        kind: 'vertical',
        bytes: 2_210_000,
        source: 'US Code, titles 11 and 17',
        licence: 'public domain',
        excerpt: 'The trustee shall be accountable for all property received.',
      },
      {
        id: 'greek',
        title: 'Greek',
        kind: 'script',
        bytes: 1_100_000,
        source: 'Homer, Odyssey',
        licence: 'public domain',
        excerpt: 'Ἄνδρα μοι ἔννεπε, Μοῦσα, πολύτροπον',
      },
    ],
    async openSample(_, onProgress, signal) {
      await count('reading', 28_112, onProgress, signal);
      return corpusOpened();
    },
    openCorpusFiles: async () => corpusOpened(),
    async diagnose(onProgress, signal) {
      requireCorpus();
      await count('merging', 2048, onProgress, signal);
      return diagnosis;
    },
    async candidates(_, onProgress, signal) {
      await count('merging', 2048, onProgress, signal);
      return candidates;
    },
    countCandidates: async (choice) => counted(choice),
    pruneCandidates: async (choice) => ({ ...choice, newTokens: 100, rejected: [] }),
    async buildVocabulary(choice, onProgress, signal) {
      requireCorpus();
      await count('counting', 2811, onProgress, signal);
      const size = counted(choice).newTokens;
      tokens = newTokens(size)
        .map((token) => token.text)
        .sort((a, b) => b.length - a.length);
      return vocabulary(size);
    },
    async tokenize(text) {
      requireModel();
      return { base: cut(text, []), grafted: tokens.length ? cut(text, tokens) : null };
    },
    defaultSettings: async () => settings,
    async profile(step, onProgress, signal) {
      await count('timing', 60, onProgress, signal);
      return { ...profile, step: { ...step, newTokens: 512 } };
    },
    pause: async () => void (paused = true),
    resume: async () => void (paused = false),
    async compare(onProgress, signal) {
      await count('evaluating', 2811, onProgress, signal);
      return comparison;
    },
    async generate({ model: arm, maxTokens }, onPiece, signal) {
      const text = MOLECULES.join('').repeat(4);
      const all = cut(text, arm === 'grafted' ? tokens : []).slice(0, maxTokens);
      for (const piece of all) {
        throwIfAborted(signal);
        onPiece(piece);
        await wait(4);
      }
      return { pieces: all, milliseconds: 4 * all.length, runtime };
    },
    async openTrainedFolder(_, onProgress, signal) {
      await count('loading', 38, onProgress, signal);
      return { vocabulary: vocabulary(512), status: status('finished', 300, 300), mode: settings.mode };
    },
    async measureBase(onProgress, signal) {
      await count('evaluating', 100, onProgress, signal);
      const { heldOut, general } = comparison.arms.find(({ arm }) => arm === 'base')!;
      return { heldOut, general, runtime };
    },
    async exportZip({ form }, onProgress, signal) {
      await count('writing', 19_000_000, onProgress, signal);
      return { report: { ...report, form }, zip: new Blob(['PK']), fileName: `rootstock-${form}.zip` };
    },
    async exportFolder({ form }, _, onProgress, signal) {
      await count('writing', 19_000_000, onProgress, signal);
      return { ...report, form };
    },
    ...withKept(
      experiments,
      fakeExperiments({
        open: () => ({ model: modelOpened(model), corpus: corpusOpened() }),
        requireOpen: requireCorpus,
        vocabulary: (size) => vocabulary(size),
        isPaused: () => paused,
        milliseconds: stepMilliseconds,
        ...experiment,
      }),
    ),
  };
}

const profile: StepProfile = {
  engine: { kind: 'processor', description: 'onnxruntime-web 1.30.0', threads: 2 },
  step: { mode: 'all', batchRows: 2, rowLength: 128, newTokens: 512 },
  method: 'alone',
  stepMilliseconds: 200,
  tokensPerSecond: 1280,
  plainGigaflopsPerSecond: 78.4,
  outsideProducts: 0.4,
  parts: [
    { part: 'linear', milliseconds: 80, share: 0.4, gigaflopsPerSecond: 70.1 },
    { part: 'head', milliseconds: 32, share: 0.16, gigaflopsPerSecond: 58.3 },
    { part: 'copies', milliseconds: 30, share: 0.15 },
    { part: 'optimizer', milliseconds: 22, share: 0.11 },
    { part: 'norms', milliseconds: 10, share: 0.05 },
    { part: 'attention', milliseconds: 8, share: 0.04, gigaflopsPerSecond: 9.2 },
    { part: 'activations', milliseconds: 6, share: 0.03 },
    { part: 'rotary', milliseconds: 4, share: 0.02 },
    { part: 'embedding', milliseconds: 2, share: 0.01 },
    { part: 'rest', milliseconds: 6, share: 0.03 },
  ],
};

const report: ExportReport = {
  form: 'model',
  files: [
    ['model.safetensors', 18_890_000],
    ['config.json', 712],
    ['generation_config.json', 130],
    ['tokenizer.json', 312_004],
    ['tokenizer_config.json', 410],
    ['README.md', 4021],
    ['experiment.json', 1204],
    ['report.json', 8230],
    ['run.jsonl', 182_400],
  ].map(([name, bytes], at) => ({
    name: name as string,
    bytes: bytes as number,
    sha256: (at + 10).toString(16).repeat(64).slice(0, 64),
  })),
  totalBytes: 19_390_881,
  verification: {
    largestLogitDifference: 3.1e-6,
    allowed: 1e-4,
    tokensCompared: 1024,
    greedyAgreement: 1,
    untouchedRows: 4096,
    movedNewRows: 512,
    passed: true,
  },
};

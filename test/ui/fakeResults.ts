/** What the fake lab answers: a corpus, its diagnosis, a comparison, plans and a profile, made up but plausible. */
import type {
  Comparison,
  CorpusSummary,
  Diagnosis,
  RunStatus,
  SampleSummary,
  ScoreResult,
  StepProfile,
  TrainMode,
  TrainSettings,
} from '../../src/worker/index';
import { cut, MOLECULES, PARTS } from './fakeVocabulary';

const MIB = 1024 ** 2;

export const settings: TrainSettings = { mode: 'embeddings', init: 'subword-mean', batchRows: 8, rowLength: 256 };

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

export const corpus: CorpusSummary = {
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

export const profile: StepProfile = {
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

export const plan = (mode: TrainMode, rows: number, length: number) => {
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

export const status = (state: RunStatus['state'], step: number, steps: number): RunStatus => ({
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

export const samples: readonly SampleSummary[] = [
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
];

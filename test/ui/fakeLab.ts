/**
 * A lab that answers at once with made-up but plausible values, for tests of the page and for looking at it without a GPU.
 * It never ships: only tests and test/ui/fake.vite.config.ts refer to it.
 */
import { LabError } from '../../src/error';
import type {
  CorpusSummary,
  DroppedVariant,
  FormRefusal,
  InstructionSummary,
  LabApi,
  VocabularySummary,
} from '../../src/worker/index';
import { fakeExperiments, type FakeExperimentParts } from './fakeExperiment';
import { fakeEvidence } from './fakeEvidence';
import { fakeInstructions } from './fakeInstructions';
import { fakeExports } from './fakeExports';
import { withKept } from './fakeKept';
import { fakeHub, model } from './fakeModels';
import { comparison, corpus, diagnosis, plan, profile, samples, settings, status } from './fakeResults';
import { candidates, counted, cut, MOLECULES, newTokens, vocabulary } from './fakeVocabulary';
import { counting, throwIfAborted, wait } from './fakeWaiting';
import { removalOf } from './fakeRemoval';

const runtime = { name: 'onnxruntime-web', provider: 'wasm', threads: 4 } as const;

export interface FakeOptions {
  /** Milliseconds a step of the fake run takes. */
  readonly stepMilliseconds?: number;
  readonly available?: boolean;
  /** Kernels that the adapter does not run rightly; none by default. */
  readonly dropped?: readonly DroppedVariant[];
  /** How many experiments are kept; none by default, three at most. */
  readonly experiments?: number;
  /** Milliseconds of each tick of a long call. */
  readonly tick?: number;
  readonly experiment?: Partial<Pick<FakeExperimentParts, 'bits' | 'diverging' | 'milliseconds'>>;
  /** Why what is trained has no GGUF form; it has one by default. */
  readonly ggufRefused?: FormRefusal;
}

export function fakeLab({
  stepMilliseconds = 20,
  available = true,
  dropped = [],
  experiments = 0,
  tick = 5,
  experiment = {},
  ggufRefused,
}: FakeOptions = {}): LabApi {
  let tokens: string[] = [];
  let instructionsRead: InstructionSummary | null = null;
  let taken: VocabularySummary | null = null;
  const open = { model: false, corpus: false, trained: false };
  const modelOpened = <T>(summary: T): T => {
    Object.assign(open, { model: true, trained: false });
    tokens = [];
    return summary;
  };
  /** The text that is open, and the one that the base was measured on. */
  let textOpened = '';
  let measured: string | null = null;
  const corpusOpened = (text = ''): CorpusSummary => {
    textOpened = text;
    Object.assign(open, { corpus: true, trained: false });
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
  const learned = (size: number): VocabularySummary => {
    tokens = newTokens(size)
      .map((token) => token.text)
      .sort((a, b) => b.length - a.length);
    return vocabulary(size);
  };
  const take: FakeExperimentParts['take'] = (arm, isFinished) => {
    requireCorpus();
    if (!arm || !isFinished || (arm.stages ?? []).length === 0) {
      throw new LabError(
        'lab/not-finished',
        'The arm has no trained weights.',
        'Take a trained arm whose run is finished.',
      );
    }
    open.trained = true;
    taken = arm.vocabulary ? learned(arm.vocabulary.newTokens ?? 64) : null;
    return taken;
  };
  const count = counting(tick);
  const { requireTrained, ...exporting } = fakeExports(count, { isTrained: () => open.trained, ggufRefused });
  return {
    ...fakeHub(count, modelOpened),
    ...exporting,
    ...fakeEvidence(count, () => {
      requireTrained();
      return taken?.newTokens ?? [];
    }),
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
        matmulVariant: 'lane',
        ...(dropped.length > 0 ? { dropped } : {}),
        selfTest: available ? checks : { passed: 13, total: 14, failed: ['rmsNorm'] },
      };
    },
    async openBundledModel(onProgress, signal) {
      await count('reading', 9_462_272, onProgress, signal);
      return modelOpened(model);
    },
    openModelWithDelta: async () =>
      modelOpened({
        ...model,
        name: 'rootstock-grafted',
        source: 'folder',
        embeddingRows: 4608,
        earlierTokens: 512,
      } as const),
    openModelFolder: async () => modelOpened({ ...model, name: 'stories260K', source: 'folder' } as const),
    plans: async ({ batchRows, rowLength }) =>
      (['new-rows', 'embeddings', 'all'] as const).map((mode) => plan(mode, batchRows, rowLength)),
    // By the plans of the modes, which tests change.
    async armPlans({ arms, frozenWeights: held }) {
      const named = await Promise.all(
        Object.entries(arms).map(async ([name, { stages = [] }]) => {
          const { moves = {}, batch } = stages.at(-1) ?? {};
          if (stages.length === 0) return [];
          const mode = 'oldRows' in moves ? 'embeddings' : 'newRows' in moves ? 'new-rows' : 'all';
          const shape = { batchRows: batch?.rows ?? 4, rowLength: batch?.length ?? 128 };
          const plan = (await this.plans(shape, 64)).find((each) => each.mode === mode)!;
          const rounded = mode === 'all' ? 0 : 43;
          return [[name, { ...plan, ...(held ? { frozen: { held, rounded, asStored: 0, widened: false } } : {}) }]];
        }),
      );
      return Object.fromEntries(named.flat()) as Awaited<ReturnType<LabApi['armPlans']>>;
    },
    samples: async () => samples,
    async openSample(id, onProgress, signal) {
      await count('reading', 28_112, onProgress, signal);
      return corpusOpened(id);
    },
    openCorpusFiles: async (files) => corpusOpened(files.map(({ name }) => name).join()),
    openInstructions: async (source) => (instructionsRead = source && fakeInstructions),
    instructions: async () => instructionsRead,
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
      open.trained = false;
      const built = learned(counted(choice).newTokens);
      return choice.replaces ? { ...built, removal: removalOf(choice.replaces, built) } : built;
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
    async compare(onProgress, signal) {
      requireTrained();
      await count('evaluating', 2811, onProgress, signal);
      return comparison;
    },
    async generate({ model: arm, maxTokens }, onPiece, signal) {
      if (arm === 'grafted') requireTrained();
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
      open.trained = true;
      return { vocabulary: learned(512), status: status('finished', 300, 300), mode: settings.mode };
    },
    async measureBase(onProgress, signal) {
      requireCorpus();
      if (measured !== textOpened) await count('evaluating', 100, onProgress, signal);
      measured = textOpened;
      const { heldOut, general } = comparison.arms.find(({ arm }) => arm === 'base')!;
      return { heldOut, general, runtime };
    },
    ...withKept(
      experiments,
      fakeExperiments({
        open: () => ({ model: modelOpened(model), corpus: corpusOpened() }),
        requireOpen: requireCorpus,
        take,
        instructions: () => (instructionsRead ? { sample: 'molecule-questions' } : undefined),
        milliseconds: stepMilliseconds,
        ...experiment,
      }),
      take,
    ),
  };
}

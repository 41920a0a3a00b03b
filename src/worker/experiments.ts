/**
 * Experiments of the page: run on what is open, kept in the private file system with all that they need to go on from any visit.
 *
 *     experiments/<id>/…                as src/lab/experiment/runFolder.ts has it, and opened.json, corpus.json
 *     experiment-models/<fingerprint>/  files of a model that is not the page's own, once for all experiments on it
 *
 * The id follows from the specification and from what was opened, so that the same question goes on where it was left. Private
 * windows have no such storage: theirs last as long as the tab.
 */
import {
  memoryFolder,
  readTextFile,
  Sha256,
  treeOf,
  type ByteSource,
  type DurableFolder,
  type FileTree,
} from '../checkpoint/index';
import type { Engine } from '../engine/index';
import { LabError } from '../error';
import {
  canonicalJson,
  earlierGraft,
  modelFingerprint,
  parseSpec,
  pinned,
  readRecordsOf,
  readReport,
  readSpec,
  readStatus,
  runExperiment,
  runLock,
  seedsOf,
  writtenSpec,
  type ArmScores,
  type ArmTraining,
  type CompressedSize,
  type CorpusText,
  type RunRecord,
  type ExperimentReport,
  type ExperimentSpec,
  type LoadedModel,
  type ModelSummary,
  type OpenShards,
  type Vocabulary,
  type WrittenSpec,
} from '../lab/index';
import type { ExperimentUpdateOf, KeptExperiment, KeptList, KeptRun, UnreadableExperiment } from './api';
import type { OpenedInstructions } from './instructions';
import { modelFiles } from './modelFiles';
import { below, sizeOf } from './keptFolder';
import { EXPERIMENTS, privateRoot } from './privateRoot';
import { toWire } from './wireError';

export interface OpenedLab {
  readonly tree: FileTree;
  readonly model: LoadedModel;
  readonly corpus: CorpusText;
  readonly sampleId: string | undefined;
  readonly instructions?: OpenedInstructions | undefined;
}

/** What an experiment was run with. */
export interface KeptOpening {
  readonly source: ModelSummary['source'];
  readonly modelName: string;
  /** In the folder of its fingerprint; absent of the bundled model, and of one too large to keep. */
  readonly modelFolder?: string;
  readonly modelFiles?: readonly string[];
  readonly sampleId?: string;
  /** Whether corpus.json holds the texts. */
  readonly hasTexts: boolean;
  /** As the specification names them; instructions.json holds them. */
  readonly instructions?: OpenedInstructions['named'];
}

/** Texts above this are not kept. */
const largestTexts = 64 * 2 ** 20;
const largestModel = 2 ** 30;

export class Experiments {
  private running: Pick<ArmTraining, 'pause' | 'resume' | 'stop'> | undefined;
  /** The one that is under way, from before its first file is written. */
  private underWay: string | undefined;
  /** Of the experiment, not of one training: between two the next one waits. */
  private isHeld = false;
  private readonly inMemory = new Map<string, DurableFolder>();
  private readonly vocabularies = new Map<string, Vocabulary>();
  private vocabulariesOf: readonly unknown[] = [];
  private readonly untouched = new Map<string, ArmScores>();

  constructor(
    private readonly engine: () => Promise<Engine>,
    readonly openShards: OpenShards,
    /** Absent: no reference line by xz, and no others either. */
    private readonly xzSize?: CompressedSize,
  ) {}

  async run(
    value: unknown,
    opened: OpenedLab,
    onUpdate: (update: ExperimentUpdateOf) => void,
    signal: AbortSignal,
  ): Promise<ExperimentReport> {
    const spec = parseSpec(value);
    const id = idOf(await pinned(spec, opened.model, opened.corpus));
    [this.underWay, this.isHeld] = [id, false];
    try {
      return await this.runIn(await this.folder(id), { id, spec, opened }, onUpdate, signal);
    } finally {
      [this.underWay, this.isHeld] = [undefined, false];
    }
  }

  private async runIn(
    folder: DurableFolder,
    { id, spec, opened }: { readonly id: string; readonly spec: ExperimentSpec; readonly opened: OpenedLab },
    onUpdate: (update: ExperimentUpdateOf) => void,
    signal: AbortSignal,
  ): Promise<ExperimentReport> {
    await this.keep(folder, opened);
    const { model, corpus } = opened;
    return runExperiment(
      {
        spec,
        model,
        corpus,
        folder,
        engine: this.engine,
        earlier: () => earlierGraft(opened.tree, model),
        openShards: this.openShards,
        vocabularies: this.vocabulariesFor(model, corpus),
        untouched: this.untouched,
        others: () => this.others(id),
      },
      {
        signal,
        ...(this.xzSize ? { xzSize: this.xzSize } : {}),
        onUpdate: (update) => onUpdate({ ...update, id }),
        onTraining: (training) => {
          this.running = training;
          if (this.isHeld) training?.pause();
        },
      },
    );
  }

  pause(): void {
    this.isHeld = this.underWay !== undefined;
    this.running?.pause();
  }

  resume(): void {
    this.isHeld = false;
    this.running?.resume();
  }

  /** Learned once for one model and corpus. */
  vocabulariesFor(model: LoadedModel, corpus: CorpusText): Map<string, Vocabulary> {
    if (this.vocabulariesOf[0] !== model || this.vocabulariesOf[1] !== corpus) this.vocabularies.clear();
    this.vocabulariesOf = [model, corpus];
    return this.vocabularies;
  }

  async list(): Promise<KeptList> {
    const kept: KeptExperiment[] = [];
    const unreadable: UnreadableExperiment[] = [];
    for (const id of await this.ids()) {
      try {
        kept.push(await this.kept(id));
      } catch (thrown) {
        if (await this.isBeginning(id)) continue;
        const spec = await this.spec(id).catch(() => undefined);
        unreadable.push({ id, name: spec?.name ?? null, error: toWire(thrown) });
      }
    }
    return { kept: kept.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1)), unreadable };
  }

  /** Its first files are being written, here or in another tab; or there is no file at all. */
  private async isBeginning(id: string): Promise<boolean> {
    const folder = await this.folder(id);
    if (id === this.underWay || (await folder.isLocked(runLock))) return true;
    const found = await Promise.allSettled(['opened.json', 'experiment.json'].map((name) => folder.open(name)));
    return found.every((each) => each.status === 'fulfilled' && each.value === undefined);
  }

  async spec(id: string): Promise<ExperimentSpec> {
    const spec = await readSpec(await this.folder(id));
    if (spec) return spec;
    throw new LabError(
      'storage/no-run',
      'This experiment is no longer kept here.',
      'It may have been deleted in another tab.',
    );
  }

  async runs(id: string): Promise<readonly KeptRun[]> {
    const [folder, spec] = [await this.folder(id), await this.spec(id)];
    const runs: KeptRun[] = [];
    for (const arm of Object.keys(spec.arms)) {
      for (const seed of seedsOf(spec, arm)) {
        const key = { arm, seed };
        const [records, status] = [await readRecordsOf(folder, key), await readStatus(folder, key)];
        if (!records || !status) continue;
        const { engine, trainingSeconds } = status;
        runs.push({ ...key, records, engine, trainingSeconds });
      }
    }
    return runs;
  }

  /** FLOP/s that the steps of its runs reached on this engine, of those that were saved since; null where there are none. */
  async pace(id: string, { report }: Pick<Engine, 'report'>, since: string): Promise<number | null> {
    const [folder, spec] = [await this.folder(id), await this.spec(id)];
    let [flops, milliseconds] = [0, 0];
    for (const arm of Object.keys(spec.arms)) {
      for (const seed of seedsOf(spec, arm)) {
        const status = await readStatus(folder, { arm, seed });
        if (!status || status.savedAt < since || status.engine !== report.description) continue;
        const last = status.curve.at(-1);
        const pace = last && medianStep((await readRecordsOf(folder, status)) ?? []);
        if (!pace) continue;
        flops += last.flops;
        milliseconds += pace * last.step;
      }
    }
    return milliseconds > 0 && flops > 0 ? (1000 * flops) / milliseconds : null;
  }

  /** Throws `lab/in-use` while a run works on it, in whatever tab. */
  async remove(id: string): Promise<void> {
    const folder = await this.folder(id);
    const release = await folder.lock(runLock);
    if (!release)
      throw new LabError('lab/in-use', 'A run works on this experiment.', 'Stop it first; it is still here.');
    try {
      await this.take(id);
    } finally {
      await release();
    }
  }

  private async take(id: string): Promise<void> {
    if (this.inMemory.delete(id)) return;
    const root = await privateRoot();
    await root?.remove(`${EXPERIMENTS}/${id}`);
    const needed = new Set<string>();
    for (const other of await this.ids()) {
      const { modelFolder } = await this.opening(other).catch((): Partial<KeptOpening> => ({}));
      if (modelFolder !== undefined) needed.add(modelFolder);
    }
    for (const model of (await root?.folders('experiment-models')) ?? []) {
      if (!needed.has(model)) await root!.remove(`experiment-models/${model}`);
    }
  }

  async opening(id: string): Promise<KeptOpening> {
    const text = await readTextFile(await this.folder(id), 'opened.json');
    if (text !== undefined) return JSON.parse(text) as KeptOpening;
    throw new LabError(
      'storage/no-base',
      'What this experiment was run with is not kept.',
      'Open its model and texts, and run it again.',
    );
  }

  /** Throws `storage/no-base`. */
  async model({ modelFolder, modelFiles: names = [], modelName }: KeptOpening): Promise<FileTree> {
    const root = await privateRoot();
    const sources = new Map<string, ByteSource>();
    for (const name of names) {
      const source = await root?.open(`experiment-models/${modelFolder}/${name}`);
      if (source) sources.set(name, source);
    }
    if (modelFolder !== undefined && sources.size === names.length) return treeOf(modelName, sources);
    throw new LabError(
      'storage/no-base',
      `The model ${modelName} that this experiment was run on was not kept: it was too large for the browser.`,
      'Open its folder in Model, then run the experiment again: what is finished is not trained twice.',
    );
  }

  /** The texts of files that were dropped. Throws `storage/no-base`. */
  async texts(id: string): Promise<CorpusText> {
    const text = await readTextFile(await this.folder(id), 'corpus.json');
    if (text !== undefined) return JSON.parse(text) as CorpusText;
    throw new LabError(
      'storage/no-base',
      'The texts of this experiment were not kept: they were too large.',
      'Open the files again in Corpus.',
    );
  }

  /** The conversations that it was run with; null where there were none. */
  async instructions(id: string, { instructions: named }: KeptOpening): Promise<OpenedInstructions | null> {
    const text = named && (await readTextFile(await this.folder(id), 'instructions.json'));
    return named && text ? { instructions: JSON.parse(text) as OpenedInstructions['instructions'], named } : null;
  }

  folder(id: string): Promise<DurableFolder> {
    return privateRoot().then((root) => {
      if (root) return below(root, `${EXPERIMENTS}/${id}`);
      const known = this.inMemory.get(id) ?? memoryFolder('this tab');
      this.inMemory.set(id, known);
      return known;
    });
  }

  private async *others(id: string): AsyncGenerator<DurableFolder> {
    for (const other of await this.ids()) if (other !== id) yield await this.folder(other);
  }

  private async kept(id: string): Promise<KeptExperiment> {
    const folder = await this.folder(id);
    const spec = await this.spec(id);
    const opening = await this.opening(id);
    const report = await readReport(folder);
    const { bytes, savedAt } = await sizeOf(folder);
    const hasModel = opening.source === 'bundled' || opening.modelFolder !== undefined;
    return {
      id,
      name: spec.name,
      savedAt,
      bytes,
      spec: writtenSpec(spec) as WrittenSpec,
      report,
      isRunning: await folder.isLocked(runLock),
      canGoOn: hasModel && (opening.sampleId !== undefined || opening.hasTexts),
    };
  }

  private async keep(folder: DurableFolder, { tree, model, corpus, sampleId, instructions }: OpenedLab): Promise<void> {
    const { source, name, weightBytes } = model.summary;
    const bytes = corpus.summary.trainBytes + corpus.summary.heldOutBytes;
    const hasTexts = sampleId === undefined && !corpus.readTrain && bytes <= largestTexts;
    if (hasTexts) await folder.write('corpus.json', JSON.stringify(corpus));
    if (instructions) await folder.write('instructions.json', JSON.stringify(instructions.instructions));
    const keepsModel = source !== 'bundled' && weightBytes <= largestModel && (await privateRoot()) !== undefined;
    const kept = keepsModel ? await this.keepModel(tree, model).catch(() => undefined) : undefined;
    const opening: KeptOpening = {
      source,
      modelName: name,
      hasTexts,
      ...kept,
      ...(instructions ? { instructions: instructions.named } : {}),
      ...(sampleId === undefined ? {} : { sampleId }),
    };
    await folder.write('opened.json', JSON.stringify(opening));
  }

  private async keepModel(
    tree: FileTree,
    model: LoadedModel,
  ): Promise<Pick<KeptOpening, 'modelFolder' | 'modelFiles'>> {
    const root = (await privateRoot())!;
    const modelFolder = (await modelFingerprint(model)).slice(0, 24);
    const files = modelFiles(tree);
    for (const [name, { size, content }] of Object.entries(files)) {
      const path = `experiment-models/${modelFolder}/${name}`;
      if ((await root.open(path))?.size !== size) await root.write(path, content());
    }
    return { modelFolder, modelFiles: Object.keys(files) };
  }

  private async ids(): Promise<readonly string[]> {
    const root = await privateRoot();
    return root ? root.folders(EXPERIMENTS) : [...this.inMemory.keys()];
  }
}

/** Milliseconds; the first step compiles. Undefined where none was run. */
function medianStep(records: readonly RunRecord[]): number | undefined {
  const steps = records.flatMap((record) => (record.type === 'step' ? [record.milliseconds] : []));
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)];
}

/** Seeds may be added to an experiment; its name and what was predicted change no number. */
function idOf({ name: _, prediction: __, seeds: ___, ...rest }: ExperimentSpec): string {
  const hash = new Sha256();
  hash.update(new TextEncoder().encode(canonicalJson(rest)));
  return hash.hex().slice(0, 16);
}

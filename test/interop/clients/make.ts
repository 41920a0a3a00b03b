/**
 * Every form of download of every pair in pairs.ts and of the bundled model, base and graft, beside what the lab makes of each:
 * ids of 400 texts, logits, greedy tokens. For clients to be compared with.
 * `make.ts OUT NAMES [NAME=FOLDER...]`; NAMES with commas; folders hold tokenizers that are not of npm.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRealTokenizers } from '../../../scripts/testing/realTokenizers.mjs';
import { ggufTree, type FileTree, type FolderSink } from '../../../src/checkpoint/index';
import { fileSource, folderSink, folderTree } from '../../../src/checkpoint/node';
import {
  applyDelta,
  buildVocabulary,
  deltaOfGraft,
  graftRows,
  learnVocabulary,
  ModelSession,
  onnxDtypes,
  openModel,
  writeDelta,
  writeGguf,
  writeModel,
  writeOnnxModel,
  writeScale,
  writeTokenizer,
  type LoadedModel,
  type ModelToExport,
} from '../../../src/lab/index';
import { roundedLogits } from '../../../src/lab/running/roundedLogits';
import { ProcessorEngine } from '../../../src/processor/index';
import type { Tokenizer } from '../../../src/tokenizer/index';
import { AWKWARD } from '../../tokenizer/awkwardStrings';
import { processorRuntime } from '../../support/processor';
import { corpusOf, filesOf, randomModel } from '../ggufOut';
import { pairs } from './pairs';

const PROMPT = 'Once upon a time there was CC(=O)Oc1ccccc1C';
/** New tokens of a graft behind it. */
const PROMPTED = 6;
const TEXTS = 400;
const GREEDY = 8;
const LIKELIEST = 5;
/** Of the prompt's last tokens, so that a vocabulary of 260,000 stays small. */
const LOGITS = 3;
const WEIGHTS = ['F32', 'F16', 'BF16'] as const;
const GGUF = ['F32', 'F16', 'BF16', 'Q8_0'] as const;

interface Form {
  readonly form: string;
  readonly dtype: string;
  /** Within OUT: a folder, or the file of a GGUF model. */
  readonly path: string;
  /** A file of f32 [LOGITS, embeddingRows]. */
  readonly logits?: string;
  readonly greedy?: readonly number[];
  /** At every step of `greedy` the lab's first few. */
  readonly likeliest?: readonly (readonly (readonly [id: number, logit: number])[])[];
}

export async function main([out, names, ...more]: readonly string[]): Promise<number> {
  if (out === undefined || names === undefined) throw new Error('A folder to write and names are needed.');
  ensureRealTokenizers();
  const folders = Object.fromEntries(more.map((pair) => pair.split('=', 2) as [string, string]));
  const engine = new ProcessorEngine(processorRuntime());
  const texts = sampleTexts();
  const models = [];
  for (const name of names.split(',')) {
    const tree = await treeNamed(name, folders);
    const model = await openModel(tree, 'folder', { name });
    for (const kind of ['base', 'graft'] as const) {
      const { exported, tokenizer } = await exportedAs(model, kind, texts);
      const newIds = exported.newTokens.map(({ id }) => id);
      const prompt = [...tokenizer.encode(PROMPT).ids, ...newIds.slice(0, PROMPTED)];
      const forms = await new Forms(out, join(name, kind), engine, Uint32Array.from(prompt)).write(exported, tree);
      models.push({
        name,
        kind,
        family: String(model.checkpoint.config.model_type),
        tokenizer: pairs[name]?.tokenizer ?? 'the bundled model’s',
        rows: exported.graft?.plan.newEmbeddingRows ?? model.summary.embeddingRows,
        newIds,
        /** What the lab says that other programs make of it otherwise. */
        readers: (model.summary.readers ?? []).map(({ reason }) => reason),
        prompt,
        ids: texts.map((text) => [...tokenizer.encode(text).ids]),
        forms,
      });
    }
  }
  writeFileSync(join(out, 'expected.json'), JSON.stringify({ texts, greedy: GREEDY, positions: LOGITS, models }));
  return 0;
}

async function treeNamed(name: string, folders: Readonly<Record<string, string>>): Promise<FileTree> {
  if (name === 'bundled') return folderTree('public/models/rootstock');
  const { from, config } = pairs[name]!;
  return randomModel(name, await filesOf(from, folders), config, pairs[name]!.named);
}

async function exportedAs(
  model: LoadedModel,
  kind: 'base' | 'graft',
  texts: readonly string[],
): Promise<{ exported: ModelToExport; tokenizer: Tokenizer }> {
  if (kind === 'base') return { exported: { model, newTokens: [], extras: {} }, tokenizer: model.tokenizer };
  const corpus = corpusOf(texts.slice(100, 300));
  const extension = await learnVocabulary(model, corpus, { method: 'continued', newTokens: 24 });
  const vocabulary = await buildVocabulary(model, corpus, extension, extension.tokens.length);
  const graft = await graftRows(model, vocabulary.newRows, { input: 'subword-mean', output: 'subword-mean' }, 1);
  const { files, summary, tokenizer } = vocabulary;
  return { exported: { model, graft, files, newTokens: summary.newTokens, extras: {} }, tokenizer };
}

/** One model in every form; what the lab computes from each is computed from the written bytes. */
class Forms {
  private readonly forms: Form[] = [];

  constructor(
    private readonly out: string,
    private readonly folder: string,
    private readonly engine: ProcessorEngine,
    private readonly prompt: Uint32Array,
  ) {}

  async write(exported: ModelToExport, base: FileTree): Promise<readonly Form[]> {
    await this.safetensors(exported);
    await this.onnx(exported);
    await this.gguf(exported);
    await writeTokenizer(await this.sink('tokenizer'), exported.model, exported);
    this.add({ form: 'tokenizer', dtype: '' });
    await this.scale(exported);
    if (exported.graft) await this.delta(exported, base);
    return this.forms;
  }

  private async safetensors(exported: ModelToExport): Promise<void> {
    for (const dtype of WEIGHTS) {
      const path = `safetensors-${dtype}`;
      await writeModel(await this.sink(path), { ...exported, dtype });
      const model = await openModel(await folderTree(this.path(path)), 'folder');
      this.add({ form: 'safetensors', dtype, logits: await this.logits(path, model) }, path);
    }
    const shards = { ...exported, dtype: 'F32' as const, shardBytes: 200_000 };
    await writeModel(await this.sink('safetensors-sharded'), shards);
    const logits = join(this.folder, 'safetensors-F32.f32');
    this.add({ form: 'safetensors', dtype: 'F32 in shards', logits }, 'safetensors-sharded');
  }

  private async onnx(exported: ModelToExport): Promise<void> {
    await writeOnnxModel(await this.sink('onnx'), exported, onnxDtypes);
    const { model, graft } = exported;
    const session = await ModelSession.open(this.engine, model, graft ? { graft } : {});
    for (const dtype of onnxDtypes) {
      const logits = this.save(`onnx-${dtype}`, await roundedLogits(session, this.prompt, dtype));
      this.add({ form: 'ONNX', dtype, logits }, 'onnx');
    }
    session.close();
  }

  private async gguf(exported: ModelToExport): Promise<void> {
    let guess: readonly number[] = [];
    for (const dtype of GGUF) {
      const path = join('gguf', dtype);
      const file = join(path, await writeGguf(await this.sink(path), exported, dtype));
      const model = await openModel(await ggufTree((await fileSource(this.path(file)))!), 'folder');
      const found = await this.greedy(model, guess);
      guess = found.greedy!;
      this.add({ form: 'GGUF', dtype, ...found }, file);
    }
  }

  /** Its model is that of the plain folder to the byte, which the caller checks. */
  private async scale(exported: ModelToExport): Promise<void> {
    const corpus = corpusOf(['one document to train on', 'another one']);
    const summary = { name: 'texts', trainDocuments: 2 } as never;
    await writeScale(await this.sink('scale'), {
      exported: { ...exported, dtype: 'F32' },
      corpus: { ...corpus, summary },
    });
    this.add({ form: 'scale', dtype: 'F32', logits: join(this.folder, 'safetensors-F32.f32') }, 'scale');
  }

  /** Laid onto its base again, which has to give the plain folder. */
  private async delta(exported: ModelToExport, base: FileTree): Promise<void> {
    await writeDelta(await this.sink('delta'), await deltaOfGraft(exported));
    const applied = await applyDelta(base, await folderTree(this.path('delta')));
    const sink = await this.sink('delta-applied');
    for (const name of applied.list()) {
      const source = applied.open(name)!;
      await sink.write(name, only(await source.read(0, source.size)));
    }
    this.add({ form: 'delta', dtype: exported.model.summary.dtype });
  }

  private async logits(name: string, model: LoadedModel): Promise<string> {
    const session = await ModelSession.open(this.engine, model);
    const all = await session.logits(this.prompt);
    session.close();
    return this.save(name, all);
  }

  /** Returns the name within OUT. */
  private save(name: string, logits: Float32Array): string {
    const file = join(this.folder, `${name}.f32`);
    const last = logits.slice((-logits.length / this.prompt.length) * LOGITS);
    writeFileSync(join(this.out, file), new Uint8Array(last.buffer));
    return file;
  }

  /** The likeliest token, again and again. `guess` is another type's, which mostly holds and then takes one pass. */
  private async greedy(model: LoadedModel, guess: readonly number[]): Promise<Pick<Form, 'greedy' | 'likeliest'>> {
    const session = await ModelSession.open(this.engine, model);
    let greedy = [...guess];
    let likeliest: Form['likeliest'] = [];
    while (likeliest.length < GREEDY) {
      const logits = await session.logits(Uint32Array.from([...this.prompt, ...greedy]));
      const rows = logits.length / (this.prompt.length + greedy.length);
      const steps = Array.from({ length: Math.min(GREEDY, greedy.length + 1) }, (_, step) => {
        const start = (this.prompt.length - 1 + step) * rows;
        return mostLikely(logits.subarray(start, start + rows));
      });
      const wrong = greedy.findIndex((id, step) => steps[step]?.[0]![0] !== id);
      likeliest = wrong < 0 ? steps : steps.slice(0, wrong + 1);
      greedy = likeliest.map(([first]) => first![0]);
    }
    session.close();
    return { greedy, likeliest };
  }

  private add(form: Omit<Form, 'path'>, path = form.form): void {
    this.forms.push({ ...form, path: join(this.folder, path) });
  }

  private path(name: string): string {
    return join(this.out, this.folder, name);
  }

  private async sink(name: string): Promise<FolderSink> {
    mkdirSync(this.path(name), { recursive: true });
    return folderSink(this.path(name));
  }
}

/** The likeliest first. */
function mostLikely(logits: Float32Array): [id: number, logit: number][] {
  const found: [number, number][] = [];
  logits.forEach((logit, id) => {
    if (found.length === LIKELIEST && logit <= found.at(-1)![1]) return;
    found.splice(found.filter(([, other]) => other >= logit).length, 0, [id, logit]);
    if (found.length > LIKELIEST) found.pop();
  });
  return found;
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Without what neither JSON nor a C string can hold. */
function sampleTexts(): string[] {
  const awkward = Object.values(AWKWARD).filter((text) => !/\p{Cs}|\0/u.test(text) && text !== '');
  const samples = ['molecules.smi', 'tang-poems.txt', 'general-english.txt', 'licences.jsonl'].flatMap((file) =>
    readFileSync(join('public/samples', file), 'utf8').split('\n').filter(Boolean).slice(0, 100),
  );
  return [...new Set([...awkward, ...samples])].slice(0, TEXTS);
}

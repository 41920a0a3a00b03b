/** A case of test/fixtures/golden (scripts/golden.py, golden_families.py) as config, weights, inputs and PyTorch's answers. */
import { readFileSync } from 'node:fs';
import { bytesSource, openSafetensors, type Safetensors } from '../../src/checkpoint/index';
import type { ElementType, Engine, Inputs, Weights } from '../../src/engine/index';
import {
  buildModel,
  modelInputs,
  parameterSpecs,
  parseConfig,
  segmentVocabulary,
  storedParameters,
  type BuildOptions,
  type CheckpointParameter,
  type ModelConfig,
  type ModelGraph,
  type SegmentSpec,
} from '../../src/model/index';

const folder = new URL('../fixtures/golden/', import.meta.url);

interface GoldenFile {
  readonly rowLength: number;
  readonly documentLengths: readonly number[];
  readonly adamw: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
    readonly clipNorm: number;
    readonly steps: number;
  };
  readonly cases: Readonly<Record<string, GoldenRecord>>;
}

interface GoldenRecord {
  readonly loss: number;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly config: unknown;
}

export const golden = JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')) as GoldenFile;

/** config.json of every family's cases, by the case's name. */
export const families = JSON.parse(readFileSync(new URL('families.json', folder), 'utf8')) as Readonly<
  Record<string, unknown>
>;

export interface SegmentChoice {
  readonly maxBindingBytes?: number;
  readonly newIds?: { readonly first: number; readonly count: number };
  /** Of old rows, of new rows, of the body. Default: all. */
  readonly train?: { readonly base: boolean; readonly new: boolean; readonly body: boolean };
}

export class GoldenCase {
  readonly name: string;
  readonly config: ModelConfig;
  readonly file: Safetensors;
  readonly inputs: Inputs & { readonly targets: Uint32Array };
  readonly ids: Uint32Array;

  private constructor(name: string, file: Safetensors, ids: Uint32Array) {
    this.name = name;
    this.config = parseConfig(golden.cases[name]?.config ?? families[name], file.tensors);
    this.file = file;
    this.ids = ids;
    this.inputs = modelInputs({ ids, rowLength: golden.rowLength, documentLengths: golden.documentLengths });
  }

  /** Of the cases that were trained. */
  get record(): GoldenRecord {
    return golden.cases[this.name]!;
  }

  static async open(name: string): Promise<GoldenCase> {
    const bytes = new Uint8Array(readFileSync(new URL(`${name}.safetensors`, folder)));
    const file = await openSafetensors(bytesSource(`${name}.safetensors`, bytes));
    const ids = await file.tensors.get('ids')!.read();
    return new GoldenCase(name, file, new Uint32Array(ids.slice().buffer));
  }

  values(name: string): Promise<Float32Array> {
    return this.file.tensors.get(name)!.readF32();
  }

  /** Options for a graph over the fixture's tokens, with everything trained that PyTorch trained. */
  options(outputs: BuildOptions['outputs'], choice: SegmentChoice = {}): BuildOptions {
    const { maxBindingBytes = 2 ** 27, newIds, train = { base: true, new: true, body: true } } = choice;
    const { hiddenSize, vocabSize, tied } = this.config;
    const cut = (matrix: string) =>
      segmentVocabulary(vocabSize, {
        matrix,
        hiddenSize,
        maxBindingBytes,
        trainBase: train.base,
        trainNew: train.new,
        ...(newIds ? { newIds } : {}),
      });
    const matrix = (role: CheckpointParameter['role']) =>
      parameterSpecs(this.config).find((parameter) => parameter.role === role)!.name;
    const input = cut(matrix('inputVocabulary'));
    return {
      tokens: this.ids.length,
      vocabulary: { input, output: tied ? input : cut(matrix('outputVocabulary')) },
      parameterTypes: (name) => this.storedType(name),
      trainable: (name) => train.body && this.storedType(name) === 'f32',
      outputs,
      differentiate: outputs === 'loss',
    };
  }

  /** A store with the fixture's weights. */
  async store(engine: Pick<Engine, 'weights'>, options: BuildOptions): Promise<Weights> {
    const store = await engine.weights(storedParameters(this.config, options));
    for (const name of store.specs.keys()) {
      const [tensor, rows] = this.origin(name, options);
      store.write(name, await this.file.tensors.get(tensor)!.read(rows));
    }
    return store;
  }

  build(options: BuildOptions): ModelGraph {
    return buildModel(this.config, options);
  }

  /** PyTorch's gradient of a stored parameter: some rows of it where that is a vocabulary segment. */
  async gradient(name: string, options: BuildOptions): Promise<Float32Array> {
    const [tensor, rows] = this.origin(name, options);
    return this.file.tensors.get(`gradient.${tensor}`)!.readF32(rows);
  }

  private origin(name: string, { vocabulary }: BuildOptions): [string, { start: number; end: number } | undefined] {
    const segments: readonly SegmentSpec[] = [...vocabulary.input, ...vocabulary.output];
    const segment = segments.find((candidate) => candidate.name === name);
    if (!segment) return [name, undefined];
    return [segment.matrix, { start: segment.firstId, end: segment.firstId + segment.rows }];
  }

  private storedType(name: string): ElementType {
    return this.file.tensors.get(name)!.dtype === 'BF16' ? 'bf16' : 'f32';
  }
}

/** Largest difference as a share of the largest wanted value. */
export function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Infinity;
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < wanted.length; i++) {
    const gap = Math.abs(found[i]! - wanted[i]!);
    if (!(gap <= difference)) difference = gap;
    scale = Math.max(scale, Math.abs(wanted[i]!));
  }
  return difference / Math.max(scale, 1e-30);
}

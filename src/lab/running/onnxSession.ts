/**
 * A model that onnxruntime-web runs: opened from the bytes of a written folder, asked for logits of a whole text or token
 * by token through its key/value cache. The runtime itself is handed in (the worker and Node load different builds of it).
 * Owns wasm or GPU memory; `close()` gives it back.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type * as Ort from 'onnxruntime-web';
import type { ByteSource, FileTree, OnnxFile } from '../../checkpoint/index';
import { LabError } from '../../error';

export interface OnnxRuntime {
  readonly ort: Pick<typeof Ort, 'InferenceSession' | 'Tensor'>;
  readonly executionProviders: readonly InferenceSession.ExecutionProviderConfig[];
  readonly provider: 'wasm' | 'webgpu';
  readonly threads: number;
  readonly version: string;
}

/** wasm addresses 4 GB, and a session holds its weights beside what it packs for its kernels. */
export const ONNX_MODEL_BYTES = 1.9e9;
/** Logits of at most so many bytes are computed at once while a prompt is read. */
const promptLogitsBytes = 32 * 2 ** 20;

export class OnnxSession {
  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: InferenceSession,
    private readonly cacheTypes: ReadonlyMap<string, { type: 'float32' | 'float16'; heads: number; headSize: number }>,
    /** Columns of the logits. */
    readonly embeddingRows: number,
  ) {}

  /**
   * @param file of the tree, for example `onnx/model.onnx`; its data files lie beside it.
   * Throws `onnx/missing-file`, `onnx/too-large` or `onnx/not-loaded`.
   */
  static async open(runtime: OnnxRuntime, tree: FileTree, file: string): Promise<OnnxSession> {
    const source = tree.open(file);
    if (!source) throw new LabError('onnx/missing-file', `\`${tree.name}\` has no \`${file}\`.`);
    const data = tree.list().filter((name) => name === `${file}_data` || name.startsWith(`${file}_data_`));
    const read = (from: ByteSource) => ({
      name: from.name.split('/').at(-1)!,
      size: from.size,
      bytes: () => from.read(0, from.size),
    });
    return OnnxSession.create(runtime, [source, ...data.map((name) => tree.open(name)!)].map(read));
  }

  /** Straight from the exporter, without a folder in between. Throws as `open` does. */
  static async openFiles(runtime: OnnxRuntime, files: readonly OnnxFile[]): Promise<OnnxSession> {
    return OnnxSession.create(
      runtime,
      files.map(({ name, size, stream }) => ({
        name,
        size,
        async bytes() {
          const bytes = new Uint8Array(size);
          let at = 0;
          for await (const chunk of stream()) {
            bytes.set(chunk, at);
            at += chunk.byteLength;
          }
          return bytes;
        },
      })),
    );
  }

  private static async create(runtime: OnnxRuntime, files: readonly Part[]): Promise<OnnxSession> {
    const [model, ...data] = files as [Part, ...Part[]];
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > ONNX_MODEL_BYTES) {
      throw new LabError(
        'onnx/too-large',
        `\`${model.name}\` and its data have ${bytes} bytes; onnxruntime-web opens at most ${ONNX_MODEL_BYTES}.`,
        'Export as f16 or q4.',
        { file: model.name, bytes },
      );
    }
    try {
      const externalData = [];
      for (const part of data) externalData.push({ path: part.name, data: await part.bytes() });
      const session = await runtime.ort.InferenceSession.create(await model.bytes(), {
        executionProviders: runtime.executionProviders,
        externalData,
        logSeverityLevel: 3,
      });
      return new OnnxSession(runtime, session, cacheTypes(session), logitColumns(session));
    } catch (cause) {
      throw notLoaded(model.name, cause);
    }
  }

  /** f32 [ids.length, embeddingRows], in one pass without a past. */
  async logits(ids: Uint32Array): Promise<Float32Array> {
    return (await this.paddedLogits([ids]))[0]!;
  }

  /** Several texts as one batch, the shorter ones padded on the left; each text's f32 [ids.length, embeddingRows]. */
  async paddedLogits(texts: readonly Uint32Array[]): Promise<Float32Array[]> {
    const longest = Math.max(...texts.map((ids) => ids.length));
    const { logits, cache } = await this.run(texts, this.emptyCache(texts.length), 0);
    for (const tensor of cache.values()) tensor.dispose();
    return texts.map((ids, index) => {
      const end = (index + 1) * longest * this.embeddingRows;
      return logits.slice(end - ids.length * this.embeddingRows, end);
    });
  }

  /** Logits of a text in order, f32 [some tokens, embeddingRows] at a time, so that those of a long one are never whole. */
  async *pieces(ids: Uint32Array): AsyncGenerator<Float32Array, void, undefined> {
    const text = this.begin();
    try {
      for (let start = 0; start < ids.length; start += this.promptTokens) {
        yield await text.read(ids.subarray(start, start + this.promptTokens));
      }
    } finally {
      text.close();
    }
  }

  /** A text under way: what has been read stays in the cache. */
  begin(): OnnxText {
    return new OnnxText((ids, cache, past) => this.run([ids], cache, past), this.emptyCache(1), this.promptTokens);
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  private get promptTokens(): number {
    return Math.max(1, Math.floor(promptLogitsBytes / 4 / this.embeddingRows));
  }

  private emptyCache(batch: number): Cache {
    const { Tensor: OrtTensor } = this.runtime.ort;
    return new Map(
      [...this.cacheTypes].map(([name, { type, heads, headSize }]) => {
        const none = type === 'float16' ? new Uint16Array(0) : new Float32Array(0);
        return [name, new OrtTensor(type, none, [batch, heads, 0, headSize])];
      }),
    );
  }

  /** Texts of one batch end together: the shorter ones begin with padding, which only a batch without a past has. */
  private async run(texts: readonly Uint32Array[], cache: Cache, past: number) {
    const { Tensor: OrtTensor } = this.runtime.ort;
    const longest = Math.max(...texts.map((ids) => ids.length));
    const rows = (length: number, value: (ids: Uint32Array, at: number) => number) => {
      const values = new BigInt64Array(texts.length * length);
      texts.forEach((ids, row) => {
        const padding = longest - ids.length;
        for (let at = 0; at < length; at++) values[row * length + at] = BigInt(value(ids, at - padding));
      });
      return new OrtTensor('int64', values, [texts.length, length]);
    };
    const feeds = {
      input_ids: rows(longest, (ids, at) => ids[at] ?? 0),
      attention_mask: rows(past + longest, (_, at) => (at >= 0 ? 1 : 0)),
      position_ids: rows(longest, (_, at) => Math.max(0, past + at)),
      ...Object.fromEntries(cache),
    };
    const outputs = await this.session.run(feeds).catch((cause: unknown) => {
      throw new LabError(
        'onnx/not-run',
        `onnxruntime-web cannot run the model on ${longest} tokens after ${past}: ${cause instanceof Error ? cause.message : String(cause)}`,
        'Try a shorter text, or close other models; if it stays, export the model again.',
        { tokens: longest, past },
        cause,
      );
    });
    const logits = (await outputs.logits!.getData()) as Float32Array;
    const grown: Cache = new Map();
    for (const name of this.cacheTypes.keys()) grown.set(name, outputs[name.replace('past_key_values', 'present')]!);
    return { logits, cache: grown };
  }
}

type Cache = Map<string, Tensor>;
type Run = (ids: Uint32Array, cache: Cache, past: number) => Promise<{ logits: Float32Array; cache: Cache }>;

export class OnnxText {
  private past = 0;

  constructor(
    private readonly run: Run,
    private cache: Cache,
    private readonly tokensAtOnce: number,
  ) {}

  /** Reads on: f32 [ids.length, embeddingRows]. */
  async read(ids: Uint32Array): Promise<Float32Array> {
    const { logits, cache } = await this.run(ids, this.cache, this.past);
    for (const tensor of this.cache.values()) tensor.dispose();
    this.cache = cache;
    this.past += ids.length;
    return logits;
  }

  /** Reads on, and gives the logits of the token after the last of `ids`: f32 [embeddingRows]. */
  async next(ids: Uint32Array): Promise<Float32Array> {
    let last = new Float32Array(0);
    for (let start = 0; start < ids.length; start += this.tokensAtOnce) {
      const piece = ids.subarray(start, start + this.tokensAtOnce);
      const logits = await this.read(piece);
      last = logits.slice(logits.length - logits.length / piece.length);
    }
    return last;
  }

  close(): void {
    for (const tensor of this.cache.values()) tensor.dispose();
  }
}

/** One file of a model, read when its turn comes. */
interface Part {
  readonly name: string;
  readonly size: number;
  bytes(): Promise<Uint8Array>;
}

function cacheTypes(session: InferenceSession) {
  const types = new Map<string, { type: 'float32' | 'float16'; heads: number; headSize: number }>();
  for (const input of session.inputMetadata) {
    if (!input.isTensor || !input.name.startsWith('past_key_values.')) continue;
    const [, heads, , headSize] = input.shape as [unknown, number, unknown, number];
    types.set(input.name, { type: input.type as 'float32' | 'float16', heads, headSize });
  }
  return types;
}

function logitColumns(session: InferenceSession): number {
  const logits = session.outputMetadata.find(({ name }) => name === 'logits');
  if (logits?.isTensor) return logits.shape[2] as number;
  throw new Error('it has no output `logits`');
}

function notLoaded(file: string, cause: unknown): LabError {
  if (cause instanceof LabError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LabError(
    'onnx/not-loaded',
    `onnxruntime-web cannot open \`${file}\`: ${why}`,
    'Export it again; if it stays, report it with the name of the model.',
    { file },
    cause,
  );
}

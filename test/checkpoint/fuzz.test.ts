// Ten thousand damaged files of each kind: every one of them opens, or ends in a LabError with a code. Nothing else is
// thrown, nothing hangs, and no reader asks for more bytes than the file has or keeps what it claims to hold.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  bytesSource,
  memoryTree,
  modelTree,
  openCheckpoint,
  openConfig,
  openSafetensors,
  safetensorsFile,
  tensorOf,
  type ByteSource,
} from '../../src/checkpoint/index';
import { LabError } from '../../src/error';
import { openModel, sizesOf } from '../../src/lab/index';
import { parameterSpecs, parseConfig } from '../../src/model/index';
import { tinyLlama } from '../lab/vocabulary/letters';
import { below, mutatedBytes, mutatedJson, pick, type Random } from '../support/mutations';
import { tinyGguf, type Family } from './gguf/tinyGguf';
import type { MetadataToWrite } from './gguf/writeGguf';
import { bytesOf, seeded } from './writeBytes';

const MUTATIONS = 10_000;
/** Far more than any of these small files takes; a hang would be minutes. */
const SLOWEST_MILLISECONDS = 4000;

interface Outcome {
  opened: number;
  readonly refused: Map<string, number>;
}

/** Runs `open` on every mutation; anything but an answer or a LabError with a code fails with the seed that made it. */
async function fuzz(firstSeed: number, open: (random: Random) => Promise<unknown>): Promise<Outcome> {
  const outcome: Outcome = { opened: 0, refused: new Map() };
  for (let seed = firstSeed; seed < firstSeed + MUTATIONS; seed++) {
    const started = process.cpuUsage();
    try {
      await open(seeded(seed));
      outcome.opened++;
    } catch (thrown) {
      if (!(thrown instanceof LabError) || !/^[a-z]+\/[a-z0-9-]+$/.test(thrown.code) || thrown.message === '') {
        throw new Error(`seed ${seed}: ${String(thrown)}`, { cause: thrown });
      }
      outcome.refused.set(thrown.code, (outcome.refused.get(thrown.code) ?? 0) + 1);
    }
    const { user, system } = process.cpuUsage(started);
    if ((user + system) / 1000 > SLOWEST_MILLISECONDS)
      throw new Error(`seed ${seed} took ${(user + system) / 1000} ms`);
  }
  return outcome;
}

/** Counts what is read; a reader that asks past the end is refused by the source itself. */
function counted(name: string, bytes: Uint8Array): { source: ByteSource; readonly read: number } {
  const inner = bytesSource(name, bytes);
  const state = { read: 0 };
  const read: ByteSource['read'] = (start, end, signal) => {
    if (end <= inner.size) state.read += end - start;
    return inner.read(start, end, signal);
  };
  return {
    source: { ...inner, read },
    get read() {
      return state.read;
    },
  };
}

let config: string;
let safetensors: Uint8Array;
beforeAll(async () => {
  const tree = await tinyLlama();
  const text = tree.open('config.json')!;
  config = new TextDecoder().decode(await text.read(0, text.size));
  const tensors = ['a', 'b', 'model.norm.weight'].map((name, i) =>
    tensorOf(name, 'F32', [2, i + 1], new Float32Array(2 * i + 2)),
  );
  safetensors = await bytesOf(safetensorsFile(tensors, { format: 'pt', note: 'x' }).stream());
});

describe('damaged files', () => {
  it('safetensors', async () => {
    const headerEnd = 8 + Number(new DataView(safetensors.buffer, safetensors.byteOffset).getBigUint64(0, true));
    const json = new TextDecoder().decode(safetensors.subarray(8, headerEnd));
    const { opened, refused } = await fuzz(1, async (random) => {
      const bytes =
        random() < 0.5 ? mutatedBytes(safetensors, random, headerEnd) : withHeader(mutatedJson(json, random));
      const file = counted('model.safetensors', bytes);
      const { tensors } = await openSafetensors(file.source);
      for (const tensor of tensors.values()) await tensor.read();
      expect(file.read).toBeLessThanOrEqual(bytes.length);
    });
    expect(opened).toBeGreaterThan(0);
    expect(refused.size).toBeGreaterThan(8);
  });

  const withHeader = (json: string): Uint8Array => {
    const header = new TextEncoder().encode(json);
    const bytes = new Uint8Array(8 + header.length + 48);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(header, 8);
    return bytes;
  };

  it('GGUF, through to a model of the lab', async () => {
    const families: Family[] = ['llama', 'qwen2', 'qwen3', 'gemma3', 'gpt2'];
    const files = families.map((family) => tinyGguf(family));
    const { opened, refused } = await fuzz(100_000, async (random) => {
      // Llama, the family that opens as a model, is half of them.
      const which = random() < 0.5 ? 0 : below(random, families.length);
      const bytes =
        random() < 0.5
          ? mutatedBytes(files[which]!, random, 2600)
          : tinyGguf(families[which]!, hostileMetadata(families[which]!, random));
      const tree = memoryTree('damaged', { 'damaged.gguf': bytes });
      const { tensors } =
        which === 0 ? (await openModel(tree, 'folder')).checkpoint : await openCheckpoint(await modelTree(tree));
      for (const tensor of tensors.values()) await tensor.readF32({ start: 0, end: 1 });
    });
    expect(opened).toBeGreaterThan(0);
    expect(refused.size).toBeGreaterThan(8);
  });

  /** One to three keys gone, or with values that make no sense where they stand. */
  const hostileMetadata = (family: Family, random: Random): Record<string, MetadataToWrite | undefined> => {
    const sizes = ['block_count', 'context_length', 'embedding_length', 'feed_forward_length'];
    const heads = [
      'head_count',
      'head_count_kv',
      'key_length',
      'value_length',
      'layer_norm_rms_epsilon',
      'sliding_window',
    ];
    const keys = [
      ...sizes.map((key) => `${family}.${key}`),
      ...heads.map((key) => `${family}.attention.${key}`),
      ...['rope.freq_base', 'rope.dimension_count', 'rope.scaling.type', 'rope.scaling.factor', 'expert_count'].map(
        (key) => `${family}.${key}`,
      ),
      ...[
        'model',
        'pre',
        'tokens',
        'token_type',
        'scores',
        'merges',
        'bos_token_id',
        'add_bos_token',
        'add_space_prefix',
      ].map((key) => `tokenizer.ggml.${key}`),
      ...['general.architecture', 'general.license', 'general.alignment', 'split.count', 'tokenizer.chat_template'],
    ];
    const values: readonly (MetadataToWrite | undefined)[] = [
      undefined,
      { u32: 0 },
      { u32: 1 },
      { u32: 3 },
      { u32: 0xffffffff },
      { f32: Infinity },
      { f32: NaN },
      { f32: -1 },
      'llama',
      'linear',
      '__proto__',
      '\u0000',
      true,
      [],
      ['a', 'a'],
      ['', ' ', '__proto__', 'constructor', '\ud800', '<0x41>', '\u2581', 'x'.repeat(300)],
      ['a b', 'a', 'a b c', ' '],
      new Float32Array(12).fill(NaN),
      Float32Array.from({ length: 12 }, (_, id) => -id),
      new Int32Array(12).fill(6),
      Int32Array.from({ length: 12 }, (_, id) => id - 3),
    ];
    const changes: Record<string, MetadataToWrite | undefined> = {};
    for (let count = 1 + below(random, 3); count > 0; count--) changes[pick(random, keys)] = pick(random, values);
    return changes;
  };

  it('config.json', async () => {
    const { opened, refused } = await fuzz(200_000, async (random) => {
      const encoded = new TextEncoder().encode(config);
      const text = random() < 0.3 ? mutatedBytes(encoded, random) : mutatedJson(config, random);
      const { config: json } = await openConfig(memoryTree('damaged', { 'config.json': text }));
      const parsed = parseConfig(json);
      parameterSpecs(parsed);
      sizesOf(json);
    });
    expect(opened).toBeGreaterThan(0);
    expect(refused.size).toBeGreaterThan(4);
  });
});

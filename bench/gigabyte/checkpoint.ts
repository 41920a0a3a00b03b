/**
 * A synthetic Llama of about 1 GB in F32 in the private file system: two large vocabulary matrices (untied, which are what
 * a graft is put together from) over a body of a quarter of the bytes, with the bundled model's tokenizer.
 */
import {
  directorySink,
  privateDirectory,
  safetensorsFile,
  tensorBytes,
  type TensorToWrite,
} from '../../src/checkpoint/index';
import { NormalGenerator } from '../../src/graft/index';
import { parameterSpecs, parseConfig } from '../../src/model/index';

const config = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 98_304,
  hidden_size: 1024,
  intermediate_size: 2816,
  num_hidden_layers: 5,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  initializer_range: 0.02,
  tie_word_embeddings: false,
  bos_token_id: 0,
  eos_token_id: 0,
  torch_dtype: 'float32',
};
const blockValues = 2 ** 20;
const tokenizerNames = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'];

/** Bytes of the weights. */
export async function writeCheckpoint(folder: string, bundled: URL): Promise<number> {
  const sink = directorySink(await privateDirectory(folder));
  await sink.write('config.json', JSON.stringify(config));
  for (const name of tokenizerNames) await sink.write(name, await (await fetch(new URL(name, bundled))).text());
  const file = safetensorsFile(parameterSpecs(parseConfig(config)).map(({ name, shape }) => synthetic(name, shape)));
  await sink.write('model.safetensors', file.stream());
  return file.size;
}

/** One block of normal values, over and over: making a quarter of a thousand million of them would take minutes. */
const normal = new NormalGenerator(1);
const block = Float32Array.from({ length: blockValues }, () => 0.02 * normal.next());
const ones = new Float32Array(blockValues).fill(1);

function synthetic(name: string, shape: readonly number[]): TensorToWrite {
  const heading = { name, dtype: 'F32', shape } as const;
  return {
    ...heading,
    *chunks() {
      const bytes = new Uint8Array((shape.length === 1 ? ones : block).buffer);
      for (let left = tensorBytes(heading); left > 0; left -= bytes.length) {
        yield bytes.subarray(0, Math.min(left, bytes.length));
      }
    },
  };
}

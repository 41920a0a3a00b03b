/** Models that people use, by their shapes alone: no checkpoint is needed to time a step, or to plan one. */
export interface Shape {
  readonly name: string;
  /** As in config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly rows: number;
  readonly rowLength: number;
}

const common = { hidden_act: 'silu', tie_word_embeddings: true, head_dim: 64 };

/** huggingface.co/HuggingFaceTB/SmolLM2-135M */
export const smolLm2: Shape['config'] = {
  ...common,
  ...{ model_type: 'llama', vocab_size: 49152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30 },
  ...{ num_attention_heads: 9, num_key_value_heads: 3, max_position_embeddings: 8192, rms_norm_eps: 1e-5 },
  rope_theta: 100000,
};

/** huggingface.co/Qwen/Qwen2.5-0.5B */
export const qwen25: Shape['config'] = {
  ...common,
  ...{ model_type: 'qwen2', vocab_size: 151936, hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24 },
  ...{ num_attention_heads: 14, num_key_value_heads: 2, max_position_embeddings: 32768, rms_norm_eps: 1e-6 },
  rope_theta: 1000000,
};

export const shapes = {
  full: [
    { name: 'SmolLM2-135M', config: smolLm2, rows: 4, rowLength: 256 },
    { name: 'Qwen2.5-0.5B', config: qwen25, rows: 4, rowLength: 256 },
  ],
  /** Both layouts on a few layers, for a software adapter. */
  small: [
    {
      name: 'SmolLM2-135M, cut to 2 layers and 2,048 tokens',
      config: { ...smolLm2, num_hidden_layers: 2, vocab_size: 2048 },
      ...{ rows: 1, rowLength: 64 },
    },
    {
      name: 'Qwen2.5-0.5B, cut to 1 layer and 2,048 tokens',
      config: { ...qwen25, num_hidden_layers: 1, vocab_size: 2048 },
      ...{ rows: 1, rowLength: 64 },
    },
  ],
} satisfies Record<string, readonly Shape[]>;

/** What moves, and how a body that does not is held. */
export const freedoms = {
  'new rows, f32 body': { newRows: 64, body: 'f32' },
  'new rows, bf16 body': { newRows: 64, body: 'bf16' },
  'new rows, q8 body': { newRows: 64, body: 'q8' },
  everything: { newRows: 0, body: 'f32' },
} as const;

export type Freedom = keyof typeof freedoms;

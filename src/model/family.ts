/** What a family of decoders is: a file like llama.ts that exports one of these, and a line in families.ts. */
import type { BuildOptions, CheckpointParameter, ModelGraph } from './build';
import type { ConfigJson, ModelConfig, TensorNames } from './config';

export interface Family<Config extends ModelConfig = ModelConfig> {
  /** Throws `model/unsupported` or `model/bad-config`, naming the field. */
  parse(json: ConfigJson, tensors: TensorNames): Config;
  /** Every tensor of the checkpoint; those of a tied head are left out. */
  parameters(config: Config): CheckpointParameter[];
  build(config: Config, options: BuildOptions): ModelGraph;
}

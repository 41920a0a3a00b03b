/** The families of decoders, by `model_type`. Adding one is a file like llama.ts and a line here. */
import type { BuildOptions, CheckpointParameter, ModelGraph } from './build';
import { unsupported, type ConfigJson, type ModelConfig } from './config';
import { buildLlama, llamaParameters, parseLlama } from './llama';

export interface Family {
  readonly parse: (json: ConfigJson) => ModelConfig;
  /** Every tensor of the checkpoint; those of a tied head are left out. */
  readonly parameters: (config: ModelConfig) => CheckpointParameter[];
  readonly build: (config: ModelConfig, options: BuildOptions) => ModelGraph;
}

const families: Readonly<Record<string, Family>> = {
  llama: { parse: parseLlama, parameters: llamaParameters, build: buildLlama },
};

/** Throws `model/unsupported` naming the type. */
export function familyOf(modelType: unknown): Family {
  if (typeof modelType === 'string' && Object.hasOwn(families, modelType)) return families[modelType]!;
  throw unsupported(
    modelType === undefined ? 'config.json names no "model_type"' : `model_type is ${JSON.stringify(modelType)}`,
  );
}

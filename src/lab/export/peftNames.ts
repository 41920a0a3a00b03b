/** What peft calls the parts of a model: as transformers names its modules, whatever the checkpoint calls its tensors. */
import type { LoadedModel } from '../open/openModel';

export const ADAPTER_CONFIG = 'adapter_config.json';
export const ADAPTER_FILE = 'adapter_model.safetensors';

/** In front of every module in adapter_model.safetensors. */
export const PEFT_PREFIX = 'base_model.model.';

/** By the tensor's name without `.weight`. GPT-2's first release lacks a prefix, NeoX's published heads are called `embed_out`. */
export function peftModule({ config }: Pick<LoadedModel, 'config'>, module: string): string {
  if (module === 'embed_out') return 'lm_head';
  if (config.modelType !== 'gpt2' || module.startsWith('transformer.') || module === 'lm_head') return module;
  return `transformer.${module}`;
}

/** The tensor of the checkpoint that a module of peft's holds; undefined where there is none. */
export function tensorOfModule(model: Pick<LoadedModel, 'config' | 'parameters'>, module: string): string | undefined {
  const asked = module === 'embed_out' ? 'lm_head' : module;
  return model.parameters.find(({ name }) => {
    return name.endsWith('.weight') && peftModule(model, moduleOf(name)) === asked;
  })?.name;
}

export const moduleOf = (tensor: string): string => tensor.slice(0, -'.weight'.length);
export const lastName = (module: string): string => module.split('.').at(-1)!;

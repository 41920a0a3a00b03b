/**
 * Ready configurations of other trainers for a folder that goes on elsewhere: Axolotl and LLaMA-Factory, both training
 * everything. Written as text, because both files are read by people before they are run. Paths are relative to the
 * folder; the interop suite puts the files through the projects' own readers.
 */
export interface ContinuedTraining {
  readonly steps: number;
  /** Rows a step and process. */
  readonly batchRows: number;
  /** Tokens a row. */
  readonly rowLength: number;
  readonly learningRate: number;
  readonly seed: number;
}

export const TRAIN_LINES = 'data/train.jsonl';
export const HELD_OUT_LINES = 'data/heldout.jsonl';
export const warmupSteps = ({ steps }: Pick<ContinuedTraining, 'steps'>) => Math.floor(steps / 20);

export function axolotlYaml({ steps, batchRows, rowLength, learningRate, seed }: ContinuedTraining): string {
  return `# axolotl train axolotl.yaml
base_model: ./model
# Reads model/tokenizer.json as it is, whatever class AutoTokenizer would choose.
tokenizer_type: PreTrainedTokenizerFast
datasets:
  - path: ./${TRAIN_LINES}
    ds_type: json
    type: completion
    field: text
test_datasets:
  - path: ./${HELD_OUT_LINES}
    ds_type: json
    split: train
    type: completion
    field: text
dataset_prepared_path: ./prepared-axolotl
output_dir: ./trained-axolotl
sequence_len: ${rowLength}
sample_packing: true
eval_sample_packing: false
micro_batch_size: ${batchRows}
gradient_accumulation_steps: 1
max_steps: ${steps}
warmup_steps: ${warmupSteps({ steps })}
learning_rate: ${learningRate}
lr_scheduler: cosine
optimizer: adamw_torch
weight_decay: 0.0
max_grad_norm: 1.0
bf16: auto
gradient_checkpointing: true
attn_implementation: sdpa
logging_steps: 10
eval_steps: ${Math.max(1, Math.floor(steps / 4))}
save_strategy: 'no'
save_safetensors: true
seed: ${seed}
# More than one GPU: parameters, gradients and optimizer state sharded. Take these lines out for one GPU.
fsdp_version: 2
fsdp_config:
  auto_wrap_policy: TRANSFORMER_BASED_WRAP
  reshard_after_forward: true
  state_dict_type: FULL_STATE_DICT
  offload_params: false
`;
}

/** @param readAs the class that AutoTokenizer builds in place of tokenizer.json, which LLaMA-Factory has no setting against. */
export function llamaFactoryYaml(
  { steps, batchRows, rowLength, learningRate, seed }: ContinuedTraining,
  readAs: string | null,
): string {
  const tokenizer =
    readAs === null
      ? '# The tokenizer is read by the class that model/tokenizer_config.json names.'
      : `# ATTENTION: the tokenizer is built as ${readAs}, which cuts text otherwise than model/tokenizer.json (README.md).`;
  return `# llamafactory-cli train llama-factory.yaml
${tokenizer}
model_name_or_path: model
stage: pt
do_train: true
finetuning_type: full
dataset: train
eval_dataset: heldout
dataset_dir: data
cutoff_len: ${rowLength}
packing: true
output_dir: trained-llama-factory
per_device_train_batch_size: ${batchRows}
gradient_accumulation_steps: 1
max_steps: ${steps}
warmup_steps: ${warmupSteps({ steps })}
learning_rate: ${learningRate}
lr_scheduler_type: cosine
weight_decay: 0.0
max_grad_norm: 1.0
bf16: true
logging_steps: 10
eval_strategy: steps
eval_steps: ${Math.max(1, Math.floor(steps / 4))}
save_strategy: 'no'
report_to: none
seed: ${seed}
`;
}

/** LLaMA-Factory's list of data sets; for pretraining the column of the text is called the prompt's. */
export function datasetInfo(): string {
  const lines = (name: string) => ({ file_name: name.replace(/^data\//, ''), columns: { prompt: 'text' } });
  return `${JSON.stringify({ train: lines(TRAIN_LINES), heldout: lines(HELD_OUT_LINES) }, null, 2)}\n`;
}

/**
 * README.md of a folder that goes on elsewhere. It says what was run and what was not; the interop suite compares the
 * versions in it with those it ran.
 */
export interface ScaleReadme {
  readonly model: string;
  readonly corpus: string;
  readonly newIds: readonly number[];
  readonly trainDocuments: number;
  readonly heldOutDocuments: number;
}

/** What the interop suite pins and runs. */
export const ranWith = {
  accelerate: '1.15.0',
  peft: '0.21.2',
  transformers: '5.23.0',
  torch: '2.13.0',
  axolotl: '0.19.0',
  llamafactory: '0.9.5',
} as const;

export function scaleReadme({ model, corpus, newIds, trainDocuments, heldOutDocuments }: ScaleReadme): string {
  const ids = newIds.length > 0 ? `${newIds.length} new tokens, ids ${newIds[0]} to ${newIds.at(-1)}` : 'no new tokens';
  return `# ${model}, to go on elsewhere

A model grafted with Tokengraft (${ids}), the texts of *${corpus}*, and what other trainers need to go on with both.

| | |
|---|---|
| \`model/\` | the grafted model, a Hugging Face folder |
| \`data/train.jsonl\`, \`data/heldout.jsonl\` | ${trainDocuments} and ${heldOutDocuments} documents, \`{"text": ...}\` a line, split as in the lab |
| \`continue.json\` | ids of the new tokens, start and end token, window of evaluations |
| \`train.py\`, \`fsdp.yaml\`, \`requirements.txt\` | transformers' Trainer under \`accelerate launch\` |
| \`axolotl.yaml\` | Axolotl, everything, sharded |
| \`llama-factory.yaml\`, \`data/dataset_info.json\` | LLaMA-Factory, everything |

Run every command in this folder.

## The new rows alone, or everything

    pip install -r requirements.txt
    accelerate launch --multi_gpu --num_processes 2 train.py --mode new-rows --out trained
    accelerate launch --config_file fsdp.yaml train.py --mode all --out trained

\`new-rows\` moves the rows of the new tokens only, through PEFT's trainable tokens, merges them when it saves, and refuses
to save if any other bit of the model moved. \`all\` moves everything, sharded over the GPUs by FSDP; set \`num_processes\`
in fsdp.yaml. On one GPU leave \`--multi_gpu --num_processes 2\` out; on CPUs keep it. \`python train.py --help\` has steps, batch,
learning rate, bf16, checkpoints and resuming. Documents are packed one after another into rows, and attention sees across
them, unlike in the lab.

Both print bits per byte on \`data/heldout.jsonl\` before and after, the lab's measure (the second with the values as they are
before they are rounded to the number type of \`model/\`), and write \`trained/\`: the files,
types and names of \`model/\`, with new_tokens.json beside them.

## Axolotl

    axolotl train axolotl.yaml

## LLaMA-Factory

    llamafactory-cli train llama-factory.yaml

## Back into the lab

Open \`trained/\` in the page (Compare, *Trained elsewhere*), or:

    npm run lab -- compare --base path/to/base --model trained --corpus data/heldout.jsonl --all-held-out
    npm run lab -- eval --model trained --corpus data/heldout.jsonl

Axolotl and LLaMA-Factory do not know of new_tokens.json; copy it, so that the lab knows which tokens are new:

    cp model/new_tokens.json trained-axolotl/

## What was run, and what was not

- \`train.py\` is run by Tokengraft's interop suite on a small model, three steps with two processes on CPUs: \`new-rows\`; \`all\`
  without sharding; and \`all\` sharded by FSDP2, which accelerate keeps from CPUs and the suite allows there. It ran with
  accelerate ${ranWith.accelerate}, peft ${ranWith.peft}, transformers ${ranWith.transformers} and torch ${ranWith.torch}.
- It was **not** run on GPUs, on more than one machine, with \`--bf16\`, or on a large model.
- \`axolotl.yaml\` passes the schema of Axolotl ${ranWith.axolotl} (its \`AxolotlInputConfig\`). Axolotl itself was **not** run.
- \`llama-factory.yaml\` and \`dataset_info.json\` are read by LLaMA-Factory ${ranWith.llamafactory}'s own argument parser and data set list.
  LLaMA-Factory itself was **not** run.
`;
}

/** The least versions that have what train.py uses; what it was run with is in the README. */
export const requirements = `accelerate>=${ranWith.accelerate}
peft>=${ranWith.peft}
transformers>=${ranWith.transformers}
torch>=${ranWith.torch}
safetensors
`;

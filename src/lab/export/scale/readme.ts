/**
 * README.md of a folder that goes on elsewhere. It says what was run and what was not; the interop suite compares the
 * versions in it with those it ran.
 */
import type { TokenizerClassChoice } from '../../vocabulary/tokenizerClassChoice';

export interface ScaleReadme {
  readonly model: string;
  readonly corpus: string;
  readonly newIds: readonly number[];
  readonly trainDocuments: number;
  readonly heldOutDocuments: number;
  readonly tokenizerClass: TokenizerClassChoice;
  /** The class that AutoTokenizer builds in place of tokenizer.json. */
  readonly readAs: string | null;
}

/** What the interop suite installs and runs; of Axolotl it reads the schema and what it asks for. */
const ranWith = {
  script: { accelerate: '1.15.0', peft: '0.21.2', tokenizers: '0.23.3', transformers: '5.23.0', torch: '2.13.0' },
  llamaFactory: { llamafactory: '0.9.5', transformers: '5.6.0', peft: '0.18.1', accelerate: '1.11.0' },
  axolotl: { axolotl: '0.19.0', transformers: '5.16.1' },
} as const;

export function scaleReadme(written: ScaleReadme): string {
  const { model, corpus, newIds, trainDocuments, heldOutDocuments } = written;
  const { script, llamaFactory, axolotl } = ranWith;
  const ids = newIds.length > 0 ? `${newIds.length} new tokens, ids ${newIds[0]} to ${newIds.at(-1)}` : 'no new tokens';
  return `# ${model}, to go on elsewhere

A model grafted with Tokengraft (${ids}), the texts of *${corpus}*, and what other trainers need to go on with both.

| | |
|---|---|
| \`model/\` | the grafted model, a Hugging Face folder |
| \`data/train.jsonl\`, \`data/heldout.jsonl\` | ${trainDocuments} and ${heldOutDocuments} documents, \`{"text": ...}\` a line, split as in the lab |
| \`continue.json\` | ids of the new tokens; start, end and unknown token; window of evaluations |
| \`train.py\`, \`fsdp.yaml\`, \`requirements.txt\` | transformers' Trainer under \`accelerate launch\` |
| \`axolotl.yaml\`, \`requirements-axolotl.txt\` | Axolotl, everything, sharded |
| \`llama-factory.yaml\`, \`data/dataset_info.json\`, \`requirements-llama-factory.txt\` | LLaMA-Factory, everything |

Run every command in this folder. Each of the three needs an environment of its own: they ask for different releases of
transformers, peft and accelerate, which pip cannot install together.

## The new rows alone, or everything

    python -m venv env && . env/bin/activate
    pip install -r requirements.txt
    accelerate launch --multi_gpu --num_processes 2 train.py --mode new-rows --out trained
    accelerate launch --config_file fsdp.yaml train.py --mode all --out trained

\`new-rows\` moves the rows of the new tokens only, through PEFT's trainable tokens, merges them when it saves, and refuses
to save if any other bit of the model moved. \`all\` moves everything, sharded over the GPUs by FSDP; set \`num_processes\`
in fsdp.yaml. On one GPU leave \`--multi_gpu --num_processes 2\` out; on CPUs keep it. \`python train.py --help\` has steps, batch,
learning rate, bf16, checkpoints and resuming. Documents are packed one after another into rows, and attention sees across
them, unlike in the lab.

Both print bits per byte on \`data/heldout.jsonl\` before and after, the lab's measure on the lab's tokens (the second with the
values as they are before they are rounded to the number type of \`model/\`), and write \`trained/\`: the files,
types and names of \`model/\`, with new_tokens.json beside them.

## Axolotl

    python -m venv env-axolotl && . env-axolotl/bin/activate
    pip install -r requirements-axolotl.txt
    axolotl train axolotl.yaml

## LLaMA-Factory

    python -m venv env-llama-factory && . env-llama-factory/bin/activate
    pip install -r requirements-llama-factory.txt
    llamafactory-cli train llama-factory.yaml

## Who reads the tokenizer how

${tokenizerText(written)}

## Back into the lab

Open \`trained/\` in the page (Compare, *Trained elsewhere*), or:

    npm run lab -- compare --base path/to/base --model trained --corpus data/heldout.jsonl --all-held-out
    npm run lab -- eval --model trained --corpus data/heldout.jsonl

Axolotl and LLaMA-Factory do not know of new_tokens.json, and save the tokenizer under a class name that transformers 4 does not
know. Copy both files, so that the lab knows which tokens are new and everybody can load the folder:

    cp model/new_tokens.json model/tokenizer_config.json trained-axolotl/

## What was run, and what was not

- \`train.py\` is run by Tokengraft's interop suite on a small model, three steps with two processes on CPUs: \`new-rows\`; \`all\`
  without sharding; and \`all\` sharded by FSDP2, which accelerate keeps from CPUs and the suite allows there. It ran with
  accelerate ${script.accelerate}, peft ${script.peft}, tokenizers ${script.tokenizers}, transformers ${script.transformers} and torch ${script.torch}.
- \`llama-factory.yaml\` is run by the suite as well, with LLaMA-Factory ${llamaFactory.llamafactory} installed from its requirements file
  (transformers ${llamaFactory.transformers}, peft ${llamaFactory.peft}, accelerate ${llamaFactory.accelerate}), one step on a CPU in f32, its own version checks on; what it
  trains on are the lab's tokens, each document followed by the end token.
- \`axolotl.yaml\` passes the schema of Axolotl ${axolotl.axolotl} (its \`AxolotlInputConfig\`). Its requirements file was installed once, and
  \`axolotl preprocess\` gave the lab's tokens and the end token of every document (transformers ${axolotl.transformers}). Axolotl was **not** trained with.
- None of the three was run on GPUs, on more than one machine, in bf16, or on a large model.
`;
}

function tokenizerText({ tokenizerClass, readAs }: ScaleReadme): string {
  const alone = `\`train.py\` reads \`model/tokenizer.json\` by the \`tokenizers\` library alone. Axolotl loads it as PreTrainedTokenizerFast
(\`tokenizer_type\`), which takes the file as it is.`;
  if (tokenizerClass === 'obeys') {
    return `${alone} LLaMA-Factory asks AutoTokenizer, which takes the class that
\`model/tokenizer_config.json\` names: PreTrainedTokenizerFast (TokenizersBackend in transformers 5), whatever class the model came
with. Leave it so: other classes may build a pipeline of their own from the vocabulary, and cut text otherwise than the new rows
were trained with.`;
  }
  const asked = `${alone} LLaMA-Factory asks AutoTokenizer, and \`model/tokenizer_config.json\` keeps the class
that the model came with, as was asked`;
  return readAs === null
    ? `${asked}: AutoTokenizer of transformers ${ranWith.script.transformers} cuts no text of the lab's test otherwise than tokenizer.json with it.`
    : `${asked}. **It makes ${readAs} of it, which cuts text otherwise than tokenizer.json**: LLaMA-Factory
would train on other tokens than the lab and the two others. Write \`"tokenizer_class": "PreTrainedTokenizerFast"\` into that file first.`;
}

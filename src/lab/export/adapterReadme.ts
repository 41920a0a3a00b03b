/** README.md of an adapter folder: what it is, for which base, and how the two become a model. English, as model cards are. */
import { ADAPTER_FILE } from './peftNames';

export interface AdapterHeading {
  readonly baseName: string;
  readonly rank: number;
  readonly alpha: number;
  readonly targets: readonly string[];
  readonly newRows: number;
  /** What the base's matrix has to be resized to; absent: it has rows enough. */
  readonly embeddingRows: number | undefined;
}

export function adapterReadme({ baseName, rank, alpha, targets, newRows, embeddingRows }: AdapterHeading): string {
  const resize =
    embeddingRows === undefined ? '' : `\n    base.resize_token_embeddings(${embeddingRows}, mean_resizing=False)`;
  const rows =
    newRows === 0 ? '' : `, the rows of ${newRows} new tokens (PEFT's trainable tokens), the extended tokenizer`;
  return `# Adapter for ${baseName}

Low-rank adapters of rank ${rank} (alpha ${alpha}) beside ${targets.join(', ')}${rows}. The base is not here, and was not changed.

## Use

With \`peft\` and \`transformers\`:

    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")
    base = AutoModelForCausalLM.from_pretrained("path/to/${baseName}", dtype="float32")${resize}
    model = PeftModel.from_pretrained(base, "path/to/this/folder")
${
  embeddingRows === undefined
    ? ''
    : '\nThe rows that the resizing adds are overwritten by the adapter. Without it PEFT finds no rows for the new tokens.\n'
}
In Tokengraft's page: Model, *A base and a delta*, both folders. On its command line, merged into one folder:

    npm run lab -- apply --model path/to/${baseName} --delta path/to/this/folder --out merged

\`${ADAPTER_FILE}\` holds f32 under PEFT's names. \`model-card.md\` says how it was trained.
`;
}

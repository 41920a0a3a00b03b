/** README.md of a delta: what it is, for which base, and how the two become a model. English, as model cards are. */
import { DELTA_FILE, type DeltaHeading } from '../../graft/index';

export function deltaReadme({ baseName, base, firstNewId, count }: DeltaHeading): string {
  const sides = base.tied ? 'one row a token (tied embeddings)' : 'an input and an output row a token';
  return `# New rows for ${baseName}

${count} new tokens for \`${baseName}\`, ids ${firstNewId} to ${firstNewId + count - 1}: ${sides}, ${base.dtype}, and the extended tokenizer.
The rest of the model was not touched, and is not here. Base and delta together are the grafted model to the bit.

## Use

In Tokengraft's page: Model, *A base and a delta*, both folders. On its command line:

    npm run lab -- apply --model path/to/${baseName} --delta path/to/this/folder --out grafted

\`grafted\` is a Hugging Face folder for \`transformers\` and everything that reads those. A base whose vocabulary matrix or
tokenizer is another one is refused.

## ${DELTA_FILE}

| tensor | |
|---|---|
| \`ids\` | I64 [${count}] |
| \`input_rows\` | ${base.dtype} [${count}, ${base.hiddenSize}], rows of \`${base.inputTensor}\` |
${base.tied ? '' : `| \`output_rows\` | ${base.dtype} [${count}, ${base.hiddenSize}], rows of \`${base.outputTensor}\` |\n`}
Its metadata holds the base's name and the SHA-256 of its vocabulary ${base.tied ? 'matrix' : 'matrices'} (type and shape as text, then the stored bytes) and of its
tokenizer.json (without whitespace). \`model-card.md\` becomes the grafted model's README.md.
`;
}

/**
 * The model card (README.md) of a grafted checkpoint: YAML front matter as the Hub reads it, then what was done and
 * what it measured. Every figure is handed in; nothing is computed or claimed here. English, as cards are.
 */
export interface ModelCardFigure {
  readonly measure: string;
  /** As they should be read, units included. One per column of `arms`. */
  readonly values: readonly string[];
}

export interface ModelCard {
  readonly title: string;
  readonly baseModel: string;
  /** SPDX-like id as the Hub knows it ("apache-2.0"); of the base model, which the graft inherits. */
  readonly licence?: string;
  readonly languages?: readonly string[];
  readonly newTokens: number;
  readonly firstNewId: number;
  readonly embeddingRows: number;
  /** Old tokens that went: their rows were taken by the new ones, or left out. */
  readonly removed?: { readonly kind: 'replace' | 'trim'; readonly tokens: number };
  readonly init: string;
  readonly trained: string;
  /** In words; of a card of something trained. */
  readonly learned?: string;
  readonly steps: number;
  /** As what frozen matrices were held while it was trained and measured, where not as they are in the files. */
  readonly heldAs?: string;
  /** What its training steps multiplied in, where not in f32. */
  readonly precision?: string;
  readonly corpus: { readonly name: string; readonly source?: string; readonly licence?: string };
  /** Columns of the table, for example base, grafted before training, grafted after training. */
  readonly arms: readonly string[];
  readonly figures: readonly ModelCardFigure[];
  /** One plain sentence. */
  readonly verdict?: string;
}

export function modelCardText(card: ModelCard): string {
  const front = [
    '---',
    'library_name: transformers',
    'pipeline_tag: text-generation',
    `base_model: ${yaml(card.baseModel)}`,
    ...(card.licence ? [`license: ${yaml(card.licence)}`] : []),
    ...(card.languages?.length ? ['language:', ...card.languages.map((language) => `  - ${yaml(language)}`)] : []),
    'tags:',
    '  - vocabulary-expansion',
    '  - tokengraft',
    '---',
  ];
  const { corpus } = card;
  const learned = card.learned === undefined ? '' : `; what was learned: ${card.learned}`;
  const steps = card.steps === 0 ? 'Not trained yet.' : `${card.steps} steps; what moved: ${card.trained}${learned}.`;
  const origin = [corpus.source && `source: ${corpus.source}`, corpus.licence && `licence: ${corpus.licence}`].filter(
    Boolean,
  );
  const body = [
    `# ${card.title}`,
    '',
    `\`${card.baseModel}\`${card.newTokens > 0 ? ` with ${card.newTokens} new tokens` : ''}, ${doneWith(card)} with Tokengraft in a browser or in Node.`,
    '',
    ...(card.verdict ? [card.verdict, ''] : []),
    '## What was done',
    '',
    ...(card.newTokens > 0
      ? [
          card.removed
            ? `- New tokens: ${card.newTokens}, at the ids of as many old tokens (replaced_tokens.json lists both); the embedding has ${card.embeddingRows} rows, as before.`
            : `- New tokens: ${card.newTokens}, ids ${card.firstNewId} to ${card.firstNewId + card.newTokens - 1}; the embedding has ${card.embeddingRows} rows.`,
          `- New rows started as: ${card.init}.`,
        ]
      : [`- New tokens: none; the embedding has ${card.embeddingRows} rows.`]),
    ...(card.removed ? [`- ${removedText(card.removed)}`] : []),
    `- Training: ${steps}`,
    ...(card.heldAs
      ? [
          `- While it was trained and measured, matrices that did not move were held rounded to ${card.heldAs}; the files have them as they were read.`,
        ]
      : []),
    ...(card.precision ? [`- Its training steps multiplied in ${card.precision}, with sums and updates in f32.`] : []),
    `- Corpus: ${corpus.name}${origin.length > 0 ? ` (${origin.join('; ')})` : ''}.`,
    ...(card.licence ? [] : ["- Licence: the base model's own applies; it was not stated where the model was read."]),
    ...(card.figures.length > 0 ? ['', '## Measured', '', ...table(card)] : []),
    '',
    '## Use',
    '',
    '```python',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
    'model = AutoModelForCausalLM.from_pretrained("path/to/this/folder")',
    '```',
  ];
  return `${[...front, '', ...body].join('\n')}\n`;
}

function table({ arms, figures }: ModelCard): string[] {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    row(['', ...arms]),
    row(['---', ...arms.map(() => '---:')]),
    ...figures.map(({ measure, values }) => row([measure, ...values])),
  ];
}

/** Plain where YAML reads it as the same string, else quoted: JSON strings are YAML. */
function yaml(value: string): string {
  return /^[A-Za-z][\w./+-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

function removedText({ kind, tokens }: NonNullable<ModelCard['removed']>): string {
  const left =
    kind === 'replace'
      ? 'All others keep their ids.'
      : 'All others are numbered on without holes; removed_tokens.json lists those that went.';
  return `Old tokens taken out: ${tokens}. Text that held one is now cut finer. ${left}`;
}

function doneWith({ newTokens, steps, removed }: ModelCard): string {
  const done = [...(newTokens > 0 ? ['grafted'] : removed ? ['trimmed'] : []), ...(steps > 0 ? ['trained'] : [])];
  return done.length > 0 ? done.join(' and ') : 'written';
}

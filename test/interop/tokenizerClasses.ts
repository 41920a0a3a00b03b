/** The lab's tables of transformers' tokenizer classes, for Python to hold against the classes themselves. */
import { writeFileSync } from 'node:fs';
import { classPipelines } from '../../src/tokenizer/autoTokenizer/classPipelines';
import { OVERRULED_TYPES, REGISTERED_CLASSES } from '../../src/tokenizer/autoTokenizer/modelTypes';

const configs = [{}, { add_prefix_space: true }, { add_prefix_space: false }, { legacy: true }, { legacy: false }];

export async function main([out]: readonly string[]): Promise<number> {
  if (out === undefined) throw new Error('A file to write is needed.');
  const classes = Object.entries(classPipelines).map(([name, pipeline]) => ({
    name,
    named: pipeline({}).named,
    paddingSide: pipeline({}).paddingSide ?? 'right',
    built: configs.map((config) => ({ config, rules: pipeline(config) })),
  }));
  const tables = { classes, registered: Object.fromEntries(REGISTERED_CLASSES), overruled: [...OVERRULED_TYPES] };
  writeFileSync(out, JSON.stringify(tables));
  return 0;
}

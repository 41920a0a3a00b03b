// `npm run schema`: writes docs/experiment.schema.json from the one schema there is (src/lab/experiment/schema.ts).
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { experimentSchema } from '../src/lab/index';

export const schemaFile = new URL('../docs/experiment.schema.json', import.meta.url);

/** As it lies in docs/. Draft 7, which every editor and library reads; the schema has nothing that later drafts brought. */
export async function schemaText(): Promise<string> {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...experimentSchema };
  return format(JSON.stringify(schema), { ...(await resolveConfig(schemaFile)), parser: 'json' });
}

export async function main(): Promise<void> {
  writeFileSync(schemaFile, await schemaText());
}

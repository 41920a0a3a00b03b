/** config.json files as a graft leaves them: argument 1 is a folder of them, argument 2 one for what is written. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/checkpoint/index';
import { configText, graftedConfig } from '../../src/graft/index';

export function main([folder, out]: readonly string[]): number {
  for (const name of readdirSync(folder!)) {
    const config = JSON.parse(readFileSync(join(folder!, name), 'utf8')) as JsonObject;
    const newEmbeddingRows = config.vocab_size as number;
    writeFileSync(join(out!, name), configText(graftedConfig(config, { newEmbeddingRows })));
  }
  return 0;
}

/**
 * Many commands of the lab in one process, so that device and kernels are made once: reads a JSON list of argument lists,
 * runs each as `npm run lab -- ...` would, and writes the list of their values.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseCommand } from '../../src/headless/arguments';
import { closeEngine } from '../../src/headless/engine';
import { answerTo } from '../../src/headless/verbs';

export async function main([list, out]: readonly string[]): Promise<number> {
  if (list === undefined || out === undefined) throw new Error('A file of commands and one to write are needed.');
  const values: unknown[] = [];
  for (const argv of JSON.parse(readFileSync(list, 'utf8')) as string[][]) {
    const command = parseCommand(argv);
    try {
      values.push((await answerTo(command)).value);
    } catch (error) {
      throw new Error(argv.join(' '), { cause: error });
    }
  }
  await closeEngine();
  writeFileSync(out, JSON.stringify(values));
  return 0;
}

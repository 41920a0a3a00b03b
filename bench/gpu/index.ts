/**
 * `npm run bench:gpu`: what the engine does on this machine's GPU, in one command: the adapter, the self-test and the tuning,
 * matrix products, and a training step beside the peers. A part that fails is named and the next one goes on; the JSON is
 * written after every part, so that a machine that dies leaves what it had. `--small` for software adapters, `--out FILE`,
 * `--peers FOLDER`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDevice } from '../../src/engine/index';
import { installGpu } from '../trainStep/contestant.mjs';
import { main as serveOurStep } from '../trainStep/ours';
import { adapter } from './adapter';
import { selfTests, tuning } from './kernels';
import { tableText, type Measured, type Options, type Part } from './part';
import { products } from './products';
import { trainStep } from './trainStep';

const parts: readonly Part[] = [adapter, selfTests, tuning, products, trainStep];

/** A driver that hangs must not take the rest with it. */
const mostSeconds = 180;
const contestant = 'contestant';

export async function main(args: readonly string[]): Promise<number> {
  if (args[0] === contestant) return serveOurStep(args.slice(1));
  const { values } = parseArgs({
    args: [...args],
    options: {
      small: { type: 'boolean', default: false },
      out: { type: 'string' },
      peers: { type: 'string', default: 'bench/trainStep' },
    },
  });
  const options: Options = {
    isSmall: values.small,
    ownContestant: [...process.argv.slice(1, process.argv.length - args.length), contestant],
    peersFolder: values.peers,
  };
  const gpu = await installGpu();
  const earlier = new Map<string, unknown>();
  const results: Record<string, unknown> = {};
  const failed: string[] = [];
  let file = values.out;
  for (const part of parts) {
    console.log(`\n== ${part.name}`);
    const begun = performance.now();
    try {
      const { value, table } = await measured(part, gpu, options, earlier);
      earlier.set(part.name, value);
      results[part.name] = { seconds: secondsSince(begun), value };
      console.log(tableText(table));
    } catch (error) {
      failed.push(part.name);
      results[part.name] = {
        seconds: secondsSince(begun),
        failure: error instanceof Error ? error.message : String(error),
      };
      console.log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    file ??= join(
      'bench',
      'results',
      `gpu-${slug((earlier.get(adapter.name) as { description?: string })?.description)}.json`,
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      `${JSON.stringify({ takenAt: new Date().toISOString(), options: values, parts: results }, null, 2)}\n`,
    );
  }
  console.log(`\n${file}${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`);
  return failed.length > 0 ? 1 : 0;
}

async function measured(
  part: Part,
  gpu: GPU,
  options: Options,
  earlier: ReadonlyMap<string, unknown>,
): Promise<Measured> {
  const device = await openDevice(gpu);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${mostSeconds} s`)), mostSeconds * 1000);
  });
  try {
    return await Promise.race([part.measure(device, options, earlier), late]);
  } finally {
    clearTimeout(timer);
    device.close();
  }
}

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000;

function slug(description = 'unknown'): string {
  return description
    .toLowerCase()
    .replace(/\(.*?\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/**
 * `npm run bench:gpu`: what the engine does on this machine's GPU, in one command: the adapter, the self-test and the tuning,
 * matrix products, a training step beside the peers, steps of models that people use beside PyTorch, where their time goes, and
 * onnxruntime's WebGPU provider. A part that fails is named and the next one goes on; the JSON is written after every part, so
 * that a machine that dies leaves what it had, and the tables go into docs/performance.md. `--small` for software adapters,
 * `--only NAME,NAME`, `--out FILE`, `--peers FOLDER`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDevice, type Device } from '../../src/engine/index';
import { installGpu } from '../trainStep/contestant.mjs';
import { main as serveOurStep } from '../trainStep/ours';
import { main as serveOnnx } from './onnxContestant';
import { installPeers } from '../trainStep/peers';
import { adapter } from './adapter';
import { selfTests, tuning } from './kernels';
import { contestant, onnxContestant, tableText, type Measured, type Options, type Part } from './part';
import { products } from './products';
import { onnxruntime } from './onnxruntime';
import { profile } from './profile';
import { withTables, type RecordedPart } from './record';
import { shapedSteps } from './shapedSteps';
import { trainStep } from './trainStep';

const parts: readonly Part[] = [adapter, selfTests, tuning, products, trainStep, shapedSteps, profile, onnxruntime];

/** A driver that hangs must not take the rest with it, and a card is lent for minutes; a software adapter is only slow. */
const mostSeconds = { full: { part: 120, all: 470 }, small: { part: 1200, all: 7200 } };

const defaultPeers = 'bench/trainStep';
const documentation = 'docs/performance.md';

export async function main(args: readonly string[]): Promise<number> {
  if (args[0] === contestant) return serveOurStep(args.slice(1));
  if (args[0] === onnxContestant) return serveOnnx(args.slice(1));
  const { values } = parseArgs({
    args: [...args],
    options: {
      small: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string' },
      peers: { type: 'string', default: defaultPeers },
    },
  });
  if (values.peers === defaultPeers) installPeers();
  const gpu = await installGpu();
  const options: Options = {
    gpu,
    isSmall: values.small,
    ownProgram: process.argv.slice(1, process.argv.length - args.length),
    peersFolder: values.peers,
  };
  const earlier = new Map<string, unknown>();
  const results: Record<string, unknown> = {};
  const recorded: RecordedPart[] = [];
  const started = performance.now();
  const failed: string[] = [];
  let file = values.out;
  for (const part of wantedParts(values.only)) {
    console.log(`\n== ${part.name}`);
    const begun = performance.now();
    const most = mostSeconds[options.isSmall ? 'small' : 'full'];
    const left = Math.min(most.part, most.all - (performance.now() - started) / 1000);
    const { measured, failure } = await measure(part, options, earlier, left);
    recorded.push({
      name: part.name,
      ...(measured ? { table: measured.table } : {}),
      ...(failure ? { failure: failure.message } : {}),
    });
    if (measured) {
      earlier.set(part.name, measured.value);
      console.log(tableText(measured.table));
    }
    if (failure) {
      failed.push(part.name);
      console.log(`failed: ${failure.stack ?? failure.message}`);
    }
    const seconds = (performance.now() - begun) / 1000;
    results[part.name] = { seconds, value: measured?.value ?? null, failure: failure?.message ?? null };
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
  const description = (earlier.get(adapter.name) as { description?: string } | undefined)?.description;
  // Parts of a run would take the place of a whole one's tables.
  if (!options.isSmall && values.only === undefined && description !== undefined && existsSync(documentation)) {
    const today = new Date().toISOString().slice(0, 10);
    writeFileSync(documentation, withTables(readFileSync(documentation, 'utf8'), description, today, recorded));
  }
  console.log(`\n${file}${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`);
  return failed.length > 0 ? 1 : 0;
}

/** The adapter, and of the others those named; all where none is. Throws for a name that no part has. */
function wantedParts(only: string | undefined): readonly Part[] {
  if (only === undefined) return parts;
  const wanted = only.split(',');
  const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    throw new Error(`no part is called ${unknown.join(', ')}; there are ${parts.map(({ name }) => name).join(', ')}`);
  }
  return parts.filter(({ name }) => name === adapter.name || wanted.includes(name));
}

/** What a part measured before it ended or failed. */
async function measure(
  part: Part,
  options: Options,
  earlier: ReadonlyMap<string, unknown>,
  seconds: number,
): Promise<{ readonly measured?: Measured; readonly failure?: Error }> {
  let measured: Measured | undefined;
  let device: Device | undefined;
  let timer: NodeJS.Timeout | undefined;
  if (seconds < 5) return { failure: new Error('left out: the time for all parts was over') };
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds.toFixed(0)} s`)), seconds * 1000);
  });
  try {
    device = await Promise.race([openDevice(options.gpu), late]);
    const values = part.measure(device, options, earlier)[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([values.next(), late]);
      if (next.done) return measured ? { measured } : {};
      measured = next.value;
    }
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return measured ? { measured, failure } : { failure };
  } finally {
    clearTimeout(timer);
    device?.close();
  }
}

function slug(description = 'unknown'): string {
  return description
    .toLowerCase()
    .replace(/\(.*?\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

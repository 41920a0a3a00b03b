/** `profile --plan`: what a step must do on an adapter, by kernel, without an engine. */
import { readFile } from 'node:fs/promises';
import type { CountedWork, StepWork } from '../../engine/index';
import { LabError } from '../../error';
import {
  countStep,
  cutWords,
  leastAdapter,
  shapeFor,
  type AdapterDescription,
  type CountedStep,
} from '../../lab/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { modelOf } from './model';
import { partNames, stepOf } from './profiledStep';

export async function countedStep(command: Command): Promise<Answer> {
  const file = command.text('adapter');
  const adapter = file === undefined ? leastAdapter : await adapterIn(file);
  const model = await modelOf(command);
  const step = stepOf(command, shapeFor(adapter.isFallback ? 'software-gpu' : 'gpu', model.summary));
  const [matmulVariant, megabytesInAll] = [command.text('variant'), command.number('memory')];
  const work = countStep(model, step, adapter, {
    ...(matmulVariant === undefined ? {} : { matmulVariant }),
    ...(megabytesInAll === undefined ? {} : { memoryBytes: 1e6 * megabytesInAll }),
  });
  const heading = `${model.summary.name} on ${adapter.description}: ${step.mode}, ${step.batchRows} rows of ${step.rowLength} tokens, ${step.newTokens} new tokens`;
  return {
    value: { model: model.summary.name, adapter, step, ...work },
    text: `${heading}\n${cutText(work)}\n\n${workText(work)}`,
  };
}

/** A report by itself, or within what bench:gpu wrote. Throws `headless/bad-adapter`. */
async function adapterIn(file: string): Promise<AdapterDescription> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new LabError('headless/bad-adapter', `${file} is no JSON file: ${String(cause)}`, undefined, {}, cause);
  }
  const written = json as { readonly parts?: { readonly adapter?: { readonly value?: unknown } } };
  const report = (written.parts?.adapter?.value ?? json) as Partial<AdapterDescription>;
  const limits = Object.keys(leastAdapter.limits) as (keyof AdapterDescription['limits'])[];
  const lacking = limits.filter((name) => typeof report.limits?.[name] !== 'number');
  if (lacking.length > 0) {
    throw new LabError(
      'headless/bad-adapter',
      `${file} describes no adapter: it lacks limits.${lacking[0]}.`,
      'Give the JSON that `npm run bench:gpu` writes, or its adapter alone.',
    );
  }
  return { ...leastAdapter, description: file, ...report };
}

/** What was chosen so that it fits, and what that costs. */
export function cutText({ cut, memory, costs, total }: CountedStep): string {
  const { budgetBytes, fits, problems } = memory;
  const budget = budgetBytes === undefined ? '' : ` of ${megabytes(budgetBytes)}`;
  const needed = `${megabytes(memory.total)}${budget} MB of memory`;
  const verdict = fits ? needed : `${needed}: does not fit: ${problems[0]!.message}`;
  const words = cutWords(cut);
  if (words === '') return verdict;
  const flops = total.flops - costs.flops;
  const share = `${(costs.flops / 1e9).toFixed(2)} GFLOP (${Math.round((100 * costs.flops) / flops)} %)`;
  return [
    `${verdict}, with ${words}`,
    `which costs ${share}, ${costs.dispatches} dispatches and ${megabytes(costs.movedBytes)} MB read and written more, for ${megabytes(-costs.memoryBytes)} MB of memory less`,
  ].join('\n');
}

/** One row a kernel, then the kinds of op, then the sums. */
export function workText({ kernels, kinds, total, outside }: StepWork): string {
  const row = (name: string, work: CountedWork): string =>
    [
      name.padEnd(62),
      String(work.dispatches).padStart(10),
      megabytes(work.reads).padStart(12),
      megabytes(work.writes).padStart(12),
      (work.flops / 1e9).toFixed(2).padStart(11),
    ].join('');
  const head = (name: string): string =>
    `${name.padEnd(62)}${'dispatches'.padStart(10)}${'MB read'.padStart(12)}${'MB written'.padStart(12)}${'GFLOP'.padStart(11)}`;
  return [
    head('kernel'),
    ...kernels.map((work) => row(`${partNames[work.kind].padEnd(24)}${work.kernel}`, work)),
    '',
    head('kind'),
    ...Object.entries(kinds).map(([kind, work]) => row(partNames[kind as keyof typeof kinds], work)),
    '',
    row('all', total),
    row('outside matrix products and attention', outside),
  ].join('\n');
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

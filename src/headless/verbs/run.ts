/** `run`: an experiment from its specification, unattended; `report`: the answer of the runs in a folder. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { diskFolder } from '../../checkpoint/node';
import { LabError } from '../../error';
import {
  earlierGraft,
  parseSpecText,
  readReport,
  runExperiment,
  type ExperimentReport,
  type ExperimentUpdate,
} from '../../lab/index';
import type { Answer } from '../answer';
import { fileKey, type Command } from '../arguments';
import { openShards } from '../countingShards';
import { nodeEngine } from '../engine';
import { earlyLines, reportText } from '../reportText';
import { progressLine } from '../stdout';
import { xzSize } from '../xzWorker';
import { textsOfSpec } from './instructions';
import { loaded, sourceNamed } from './model';

export async function runVerb(command: Command): Promise<Answer> {
  const spec = parseSpecText(textOf(command.text(fileKey)!));
  const source = await sourceNamed(command, spec.model.name);
  const model = await loaded(source);
  const earlier = () => earlierGraft(source.tree, model);
  for (const texts of [spec.corpus, spec.instructions]) keepApart(command.text('out')!, texts?.path);
  const corpus = await textsOfSpec(command, spec);
  const folder = await diskFolder(command.text('out')!);
  const [arm, seed] = [command.text('arm'), command.number('seed')];
  const report = await runExperiment(
    { spec, model, corpus, folder, engine: () => nodeEngine(command), earlier, openShards },
    {
      only: { ...(arm === undefined ? {} : { arm }), ...(seed === undefined ? {} : { seed }) },
      onUpdate: progressOf(),
      xzSize,
    },
  );
  return answerOf(report);
}

/** Of texts that are a folder every file is read that is not hidden: the next time, what this run leaves there would be. */
function keepApart(out: string, texts: string | undefined): void {
  if (texts === undefined || !existsSync(texts) || !statSync(texts).isDirectory()) return;
  const path = relative(resolve(texts), resolve(out));
  if (isAbsolute(path) || path.split(sep).some((part) => part.startsWith('.'))) return;
  throw new LabError(
    'headless/out-in-corpus',
    `\`--out ${out}\` lies within the texts in \`${texts}\`: what is written there would be read as text.`,
    'Nothing was run. Give a folder elsewhere.',
    { out, texts },
  );
}

export async function reportVerb(command: Command): Promise<Answer> {
  const path = command.text(fileKey)!;
  if (!existsSync(path)) throw noSuchFile(path);
  return answerOf(await readReport(await diskFolder(path)));
}

function answerOf(report: ExperimentReport): Answer {
  return { value: report, text: reportText(report) };
}

function textOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) throw noSuchFile(path);
  return readFileSync(path, 'utf8');
}

function noSuchFile(path: string): LabError {
  return new LabError('headless/no-such-file', `There is no file \`${path}\`.`, 'Check the path.', { path });
}

/** A line a run as it ends, and what is under way on a terminal. */
function progressOf(): (update: ExperimentUpdate) => void {
  const line = progressLine();
  const told = new Set<string>();
  return ({ cells, run, progress, report }) => {
    if (report?.early && !told.has('early')) {
      told.add('early');
      process.stderr.write(`${earlyLines(report.early).join('\n')}\n`);
    }
    if (progress) line({ ...progress, phase: `${progress.arm ?? ''} ${progress.seed ?? ''} ${progress.phase}`.trim() });
    if (run) line({ phase: `${run.arm} ${run.seed} training`, done: run.status.step, total: run.status.steps });
    for (const { arm, seed, state, bitsPerByte } of cells) {
      const key = `${arm} ${seed} ${state}`;
      if (!['finished', 'diverged', 'failed'].includes(state) || told.has(key)) continue;
      told.add(key);
      const bits = bitsPerByte === null ? '' : `, ${bitsPerByte.toFixed(4)} bits per byte`;
      process.stderr.write(`${arm}, seed ${seed}: ${state}${bits}\n`);
    }
  };
}

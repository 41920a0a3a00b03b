/**
 * `npm run bench:engines -- [--model PATH] [--rounds N] [--device gpu,processor] [--json FILE]`: what a run is made of, on both
 * engines in turns in one process: a step of everything and of new rows alone (512 tokens), an evaluation of held-out
 * molecules, a generation of 64 tokens. A GPU that software imitates scores 4 KB, the others 64.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Engine, Inputs, Steps } from '../../src/engine/index';
import { parseCommand } from '../../src/headless/arguments';
import { closeEngine, nodeEngine } from '../../src/headless/engine';
import { modelOf } from '../../src/headless/verbs/model';
import { corpusOf } from '../../src/headless/verbs/corpus';
import {
  cappedDocuments,
  encodeDocuments,
  engineText,
  generateText,
  scoreDocuments,
  sizesFor,
  type CorpusText,
  type LoadedModel,
} from '../../src/lab/index';
import { graftRows } from '../../src/lab/device/graftedRows';
import { ModelSession } from '../../src/lab/device/modelSession';
import { defaultOptimizer } from '../../src/lab/training/moves';
import { modeGroups } from '../../src/lab/training/trainSettings';
import { modelInputs } from '../../src/model/index';
import { tableText } from '../gpu/part';
import { spreadOf } from '../trainStep/table';

const tokens = 512;
const rowLength = 128;
const newTokens = 64;

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string', default: 'bundled' },
      rounds: { type: 'string', default: '3' },
      device: { type: 'string', default: 'gpu,processor' },
      json: { type: 'string' },
    },
  });
  const shared = ['--model', values.model, '--corpus', 'public/samples/molecules.smi', '--json'];
  const model = await modelOf(parseCommand(['eval', ...shared]));
  const corpus = await corpusOf(parseCommand(['eval', ...shared]));
  const measured: Record<string, Record<string, number[]>> = {};
  for (const device of values.device.split(',')) {
    const engine = await nodeEngine(parseCommand(['eval', ...shared, '--device', device]));
    const name = engine.report.threads ? `processor, ${engine.report.threads} threads` : engine.report.description;
    measured[name] = await allOf(engine, model, corpus, Number(values.rounds));
    await closeEngine();
  }
  const rows = Object.entries(measured).flatMap(([engine, parts]) =>
    Object.entries(parts).map(([part, times]) => {
      const { minimum, median, maximum } = spreadOf(times)!;
      return [engine, part, ...[minimum, median, maximum].map((time) => time.toFixed(0))];
    }),
  );
  console.log(tableText([['engine', 'what', 'minimum ms', 'median', 'maximum'], ...rows]));
  const machine = { node: process.version, processor: cpus()[0]?.model ?? 'unknown', processors: cpus().length };
  const record = { takenAt: new Date().toISOString(), ...machine, model: model.summary.name, tokens, measured };
  if (values.json) writeFileSync(values.json, `${JSON.stringify(record, null, 2)}\n`);
  return 0;
}

async function allOf(
  engine: Engine,
  model: LoadedModel,
  corpus: CorpusText,
  rounds: number,
): Promise<Record<string, number[]>> {
  const kilobytes = Math.min(64, sizesFor(engine.report.kind, model.summary.parameters).evaluationBytes / 1024);
  const found: Record<string, number[]> = {};
  for (const mode of ['all', 'new-rows'] as const) {
    const rows = Array.from({ length: newTokens }, (_, at) => ({
      id: model.summary.largestId + 1 + at,
      pieces: [3, 4 + at],
    }));
    const graft = mode === 'new-rows' ? { graft: await graftRows(model, rows, 'subword-mean', 1) } : {};
    const session = await ModelSession.open(engine, model, { moves: modeGroups[mode], ...graft });
    const program = await session.trainingProgram(
      session.plannedStep({ batchRows: tokens / rowLength, rowLength, optimizer: defaultOptimizer }),
    );
    found[`step of ${tokens} tokens, ${mode}`] = await timed(rounds, () => step(program, inputsFor(model)));
    program.close();
    if (mode === 'all') {
      const heldOut = cappedDocuments(corpus.heldOut, kilobytes * 1024);
      const documents = encodeDocuments(heldOut, (text) => model.tokenizer.encode(text));
      found[`evaluation of ${kilobytes} KB`] = await timed(rounds, () => scoreDocuments(session.scorer(), documents));
      const options = { prompt: 'CC', maxTokens: 64, temperature: 1, topK: 0, seed: 1 };
      found['generation of 64 tokens'] = await timed(rounds, () =>
        generateText(engineText(session), model.tokenizer, options),
      );
    }
    session.close();
  }
  return found;
}

/** The first is not counted: kernels are compiled, memory grows. */
async function timed(rounds: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now();
    await run();
    if (round > 0) times.push(performance.now() - started);
  }
  return times;
}

async function step(program: Steps, inputs: Inputs): Promise<void> {
  program.step([inputs], { newRows: 1e-4, oldRows: 1e-4, body: 1e-4, norms: 1e-4 });
  await program.flush();
}

function inputsFor({ summary: { largestId } }: LoadedModel): Inputs {
  const ids = Uint32Array.from({ length: tokens }, (_, at) => (at * at * 7 + 3 * at) % largestId);
  return modelInputs({ ids, rowLength, documentLengths: Array.from({ length: tokens / rowLength }, () => rowLength) });
}

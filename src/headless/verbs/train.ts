/**
 * `train`: an experiment of one arm. It is run, written as a Hugging Face folder with its specification beside it, and the bytes
 * that were written are verified.
 */
import { createWriteStream } from 'node:fs';
import { modelTree } from '../../checkpoint/index';
import { folderSink, folderTree } from '../../checkpoint/node';
import { LabError } from '../../error';
import {
  ArmTraining,
  besideBase,
  bytesOfSteps,
  cardOf,
  checkArms,
  documentEnds,
  earlierGraft,
  earlierRows,
  heldAs,
  trainedAs,
  modelWithout,
  movedBy,
  pinned,
  recordLines,
  scoreResult,
  smallestMode,
  specVocabulary,
  verifyExport,
  writeModel,
  writtenSpec,
  type ArmSetup,
  type CorpusText,
  type ExperimentSpec,
  type LoadedModel,
  type ModelToExport,
  type RunRecord,
  type Vocabulary,
} from '../../lab/index';
import { armOf, trainSpec } from '../armSpec';
import type { Command } from '../arguments';
import { openShards } from '../countingShards';
import { nodeEngine } from '../engine';
import { defaultSteps } from '../flags';
import { precisionLine } from '../precisionText';
import { bitsText, lostLine } from '../scoreText';
import { progressLine } from '../stdout';
import { vocabularyLines } from '../vocabularyText';
import type { Answer } from '../answer';
import { takenFiles } from '../taken';
import { corpusOf } from './corpus';
import { writtenAdapter } from './exportAdapter';
import { tokenizerClassOf } from './tokenizerClass';
import { loaded, modelSource } from './model';

export async function trainVerb(command: Command): Promise<Answer> {
  const source = await modelSource(command);
  const model = await loaded(source);
  const corpus = await corpusOf(command);
  const onProgress = progressLine();
  const known = await earlierGraft(source.tree, model);
  const specOf = (bytes: number) => trainSpec(command, model.summary, known !== undefined, { bytes });
  const asked = specOf(anyBytes);
  checkArms(asked, model, corpus);
  const earlier = await earlierRows(asked, async () => known);
  const { vocabulary: choice } = armOf(asked);
  const vocabulary = choice ? await specVocabulary(model, corpus, choice, { onProgress, openShards }) : undefined;
  const written = command.isSet('bytes') ? asked : specOf(bytesOf(command, asked, model, corpus, vocabulary));
  const spec = await pinned(written, model, corpus);
  const arm = armOf(spec);
  const setup: ArmSetup = {
    ...{ engine: await nodeEngine(command), model, corpus, start: arm.start, stages: arm.stages },
    ...{ budget: spec.budget, evaluation: spec.evaluation, seed: spec.seeds[0]! },
    ...(vocabulary ? { vocabulary } : {}),
    ...(arm.adapters ? { adapters: arm.adapters } : {}),
    ...trainedAs(spec),
    ...(earlier ? { earlier: earlier.graft } : {}),
  };
  const training = await ArmTraining.open(setup, { onProgress });
  const { session, graft, tokenizer } = training.arm;
  const own = session.model;
  const untrained = await training.arm.score({ onProgress });
  const log = logFile(command.text('log'));
  const status = await training.run(
    {
      onUpdate: ({ status: { step, steps }, records }) => {
        log.write(records);
        onProgress({ phase: 'training', done: step, total: steps });
      },
    },
    { onProgress },
  );
  await log.close();
  if (status.error) throw new LabError(status.error.code, status.error.message, status.error.hint);

  const trained = await training.score({ onProgress });
  const scores = { untrained, trained };
  const comparison = vocabulary ? await besideBase(training.arm, status.step, { scores }, { onProgress }) : null;
  const out = command.text('out')!;
  const { records } = training;
  const [start, moves, steps] = [arm.start, movedBy(arm), status.step];
  const exported: ModelToExport = {
    model: own,
    ...(vocabulary ? { files: vocabulary.files } : {}),
    ...(graft ? { graft } : {}),
    session,
    card: cardOf({
      model: own,
      corpus: corpus.summary,
      graft,
      removal: vocabulary?.summary.removal,
      ...(graft && vocabulary ? { start } : {}),
      moves,
      steps,
      ...heldAs(spec),
      precision: training.precision?.precision,
      learned: arm.stages.map(({ objective }) => objective),
      comparison,
    }),
    newTokens: vocabulary?.summary.newTokens ?? earlier?.newTokens ?? [],
    tokenizerClass: tokenizerClassOf(command),
    extras: {
      'experiment.json': `${JSON.stringify(writtenSpec(spec), null, 2)}\n`,
      'run.jsonl': recordLines(records),
    },
  };
  await writeModel(await folderSink(out), exported, onProgress);
  const adapterOut = command.text('adapter-out');
  const adapter =
    adapterOut === undefined
      ? undefined
      : await writtenAdapter(adapterOut, await modelTree(source.tree), exported, training.arm, corpus.heldOut);
  const verification = await verifyExport(await folderTree(out), {
    ...{ session, tokenizer, mode: smallestMode(moves) },
    text: corpus.heldOut.join('\n'),
  });
  training.close();
  if (!verification.passed) {
    throw new LabError(
      'lab/verification-failed',
      `The written model differs from the trained one by ${verification.largestLogitDifference} in its logits.`,
      'Do not use the folder; please report this with the name of the adapter.',
      { verification },
    );
  }
  const base = comparison?.arms.find((each) => each.arm === 'base')?.heldOut;
  const [before, after] = [scoreResult(untrained.heldOut), scoreResult(trained.heldOut)];
  const value = {
    out,
    steps,
    budget: spec.budget,
    ...(vocabulary ? { newTokens: vocabulary.summary.newTokens.length, shortfall: vocabulary.summary.shortfall } : {}),
    ...(vocabulary?.summary.removal ? { removal: vocabulary.summary.removal } : {}),
    losses: records.flatMap((record) => (record.type === 'step' ? [record.loss] : [])),
    bitsPerByte: {
      ...(base ? { base: base.bitsPerByte } : {}),
      before: before.bitsPerByte,
      after: after.bitsPerByte,
    },
    lostBytes: { ...(base ? { base: base.lostBytes } : {}), before: before.lostBytes, after: after.lostBytes },
    tokensPerSecond: status.tokensPerSecond,
    ...(training.precision ? { precision: training.precision } : {}),
    comparison,
    verification,
    ...(adapter ? { adapter: { out: adapterOut, verification: adapter } } : {}),
    corpus: takenFiles(corpus.summary),
  };
  return {
    value,
    text: [
      ...(vocabulary ? vocabularyLines(vocabulary.summary) : []),
      `${steps} steps; held-out ${bitsText(before)} to ${bitsText(after)} bits per byte; verified, written to ${out}`,
      ...precisionLine(training.precision),
      ...(base ? lostLine('base, held-out', base) : []),
      ...lostLine(base ? 'graft, held-out' : 'held-out', after),
    ].join('\n'),
  };
}

/** Before it is known how much text the steps read. */
const anyBytes = 10_000_000_000;

/** Of the text that `--steps` read. */
function bytesOf(
  command: Command,
  spec: ExperimentSpec,
  model: LoadedModel,
  corpus: CorpusText,
  vocabulary: Vocabulary | undefined,
): number {
  const { tokenizer } = vocabulary ?? model;
  const { rows, length } = armOf(spec).stages[0]!.batch;
  return bytesOfSteps(corpus.train, tokenizer, {
    steps: command.number('steps') ?? defaultSteps,
    stepTokens: rows * length,
    seed: spec.seeds[0]!,
    ...documentEnds(modelWithout(model, vocabulary?.removal), tokenizer),
  });
}

function logFile(path: string | undefined) {
  if (path === undefined) return { write: () => undefined, close: () => Promise.resolve() };
  const stream = createWriteStream(path);
  return {
    // The figures of every new token come once a second; the last ones are in the written folder's run.jsonl.
    write: (records: readonly RunRecord[]) =>
      void stream.write(recordLines(records.filter((record) => record.type !== 'tokens'))),
    close: () => new Promise<void>((resolve, reject) => stream.on('error', reject).end(resolve)),
  };
}

/** `train`: grafts first where --new-tokens says so, trains, writes the folder, and verifies the bytes that were written. */
import { createWriteStream } from 'node:fs';
import { folderSink, folderTree } from '../../checkpoint/node';
import { LabError } from '../../error';
import {
  defaultObjective,
  buildVocabulary,
  cardOf,
  defaultRates,
  earlierGraft,
  experimentOf,
  learnVocabulary,
  recordLines,
  scoreResult,
  Training,
  verifyExport,
  writeModel,
  type Comparison,
  type InitMethod,
  type RunRecord,
  type TrainMode,
  type TrainSettings,
} from '../../lab/index';
import type { Command } from '../arguments';
import { openShards } from '../countingShards';
import { nodeEngine } from '../engine';
import { bitsText, lostLine } from '../scoreText';
import { progressLine } from '../stdout';
import { vocabularyLines } from '../vocabularyText';
import type { Answer } from '../answer';
import { takenFiles } from '../taken';
import { corpusOf } from './corpus';
import { tokenizerClassOf } from './learning';
import { loaded, modelSource } from './model';

export async function trainVerb(command: Command): Promise<Answer> {
  const source = await modelSource(command);
  const model = await loaded(source);
  const corpus = await corpusOf(command);
  const settings = settingsOf(command);
  const onProgress = progressLine();
  const newTokens = command.number('new-tokens') ?? 0;
  const vocabulary =
    newTokens > 0
      ? await buildVocabulary(
          model,
          corpus,
          await learnVocabulary(model, corpus, { newTokens, onProgress, openShards }),
          newTokens,
        )
      : undefined;
  const earlier = vocabulary ? undefined : await earlierGraft(source.tree, model);
  const setup = {
    engine: await nodeEngine(command),
    model,
    corpus,
    settings,
    ...(vocabulary ? { vocabulary } : {}),
    ...(earlier ? { grafted: earlier.graft } : {}),
  };
  const training = await Training.open(setup, { onProgress });
  await training.measureStart(onProgress);
  const log = logFile(command.text('log'));
  const run = await training.start(({ status, records }) => {
    log.write(records);
    onProgress({ phase: 'training', done: status.step, total: status.steps });
  });
  const status = await run.run();
  await log.close();
  if (status.error) throw new LabError(status.error.code, status.error.message, status.error.hint);

  const trained = await training.measureTrained(onProgress);
  const comparison: Comparison | null = training.arms.base ? await training.compare(status.step) : null;
  const out = command.text('out')!;
  const tokens = vocabulary?.summary.newTokens ?? earlier?.newTokens ?? [];
  await writeModel(
    await folderSink(out),
    {
      model,
      ...(vocabulary ? { files: vocabulary.files } : {}),
      ...(training.graft ? { graft: training.graft } : {}),
      session: training.session,
      card: cardOf({
        model,
        corpus: corpus.summary,
        graft: training.graft,
        settings,
        steps: status.step,
        learned: [defaultObjective],
        comparison,
      }),
      newTokens: tokens,
      tokenizerClass: tokenizerClassOf(command),
      extras: {
        'experiment.json': `${JSON.stringify(experimentOf(model, corpus, tokens.length, settings), null, 2)}\n`,
        'run.jsonl': recordLines(run.records),
      },
    },
    onProgress,
  );
  const verification = await verifyExport(await folderTree(out), {
    session: training.session,
    tokenizer: training.tokenizer,
    mode: settings.mode,
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
  const losses = run.records.flatMap((record) => (record.type === 'step' ? [record.loss] : []));
  const { base } = training.arms;
  const before = scoreResult(training.arms.untrained!.heldOut);
  const after = scoreResult(trained.heldOut);
  const start = base ? scoreResult(base.heldOut) : undefined;
  const value = {
    out,
    steps: status.step,
    ...(vocabulary ? { newTokens: vocabulary.summary.newTokens.length, shortfall: vocabulary.summary.shortfall } : {}),
    losses,
    bitsPerByte: {
      ...(start ? { base: start.bitsPerByte } : {}),
      before: before.bitsPerByte,
      after: after.bitsPerByte,
    },
    lostBytes: {
      ...(start ? { base: start.lostBytes } : {}),
      before: before.lostBytes,
      after: after.lostBytes,
    },
    tokensPerSecond: status.tokensPerSecond,
    comparison,
    verification,
    corpus: takenFiles(corpus.summary),
  };
  return {
    value,
    text: [
      ...(vocabulary ? vocabularyLines(vocabulary.summary) : []),
      `${status.step} steps; held-out ${bitsText(before)} to ${bitsText(after)} bits per byte; verified, written to ${out}`,
      ...(start ? lostLine('base, held-out', start) : []),
      ...lostLine(start ? 'graft, held-out' : 'held-out', after),
    ].join('\n'),
  };
}

function settingsOf(command: Command): TrainSettings {
  const mode = command.text('train') as TrainMode;
  const steps = command.number('steps')!;
  const lr = command.number('lr');
  const bodyLr = command.number('body-lr');
  const evaluationBytes = command.number('evaluate-bytes');
  return {
    mode,
    init: command.text('init') as InitMethod,
    steps,
    batchRows: command.number('batch')!,
    rowLength: command.number('seq')!,
    // A rate that was given holds for everything that moves, unless the body has its own.
    ...(lr === undefined ? defaultRates(mode) : { learningRate: lr }),
    ...(bodyLr === undefined ? {} : { bodyLearningRate: bodyLr }),
    warmupSteps: command.number('warmup') ?? Math.round(steps / 10),
    weightDecay: 0.01,
    clipNorm: 1,
    evaluateEvery: command.number('evaluate-every') ?? 0,
    ...(evaluationBytes === undefined ? {} : { evaluationBytes }),
    sampleEvery: 0,
    seed: command.number('seed')!,
  };
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

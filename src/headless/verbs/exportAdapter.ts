/** `export --to adapter`: adapters and new rows of an arm that was run, as a PEFT folder, proven by putting it onto the base again. */
import { existsSync } from 'node:fs';
import { diskFolder, folderSink, folderTree } from '../../checkpoint/node';
import { LabError } from '../../error';
import {
  applyAdapter,
  cardOf,
  earlierGraft,
  heldAs,
  movedBy,
  openRun,
  pinned,
  readSpec,
  verifyExport,
  writeAdapter,
  writtenSpec,
  type ArmModel,
  type ExperimentSpec,
  type ModelToExport,
  type ExportReport,
} from '../../lab/index';
import { modelTree, type FileTree } from '../../checkpoint/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { openShards } from '../countingShards';
import { nodeEngine } from '../engine';
import { progressLine } from '../stdout';
import { corpusOfSpec } from './corpus';
import { loaded, sourceNamed } from './model';
import { outFolder } from './outFolder';
import { tokenizerClassOf } from './tokenizerClass';

export async function exportAdapter(command: Command): Promise<Answer> {
  const path = command.text('experiment');
  const folder = path !== undefined && existsSync(path) ? await diskFolder(path) : undefined;
  const written = folder && (await readSpec(folder));
  if (path === undefined || !folder || !written) {
    throw new LabError(
      'headless/bad-arguments',
      '`export --to adapter` needs `--experiment DIR`, a folder that an experiment was run in.',
      'Adapters of a merged model cannot be told apart any more; `train --adapter-out DIR` writes those of one training.',
    );
  }
  const out = await outFolder(command, [path]);
  const source = await sourceNamed(command, written.model.name);
  const model = await loaded(source);
  const corpus = await corpusOfSpec(command, written);
  const spec = await pinned(written, model, corpus);
  const key = { arm: command.text('arm') ?? firstAdapted(written), seed: command.number('seed') ?? spec.seeds[0]! };
  const engine = await nodeEngine(command);
  const onProgress = progressLine();
  const earlier = () => earlierGraft(source.tree, model);
  const run = await openRun({ spec, folder, engine, model, corpus, earlier, openShards }, key, { onProgress });
  try {
    const { arm, vocabulary, newTokens } = run;
    const { graft, session } = arm;
    const moves = movedBy(run.spec);
    const exported: ModelToExport = {
      model,
      ...(vocabulary ? { files: vocabulary.files } : {}),
      ...(graft ? { graft } : {}),
      session,
      card: cardOf({
        ...{ model, corpus: corpus.summary, graft, moves, steps: run.status.step, start: run.spec.start },
        ...heldAs(spec),
        precision: run.status.precision?.precision,
      }),
      newTokens,
      tokenizerClass: tokenizerClassOf(command),
      extras: { 'experiment.json': `${JSON.stringify(writtenSpec(spec), null, 2)}\n` },
    };
    const verification = await writtenAdapter(out, await modelTree(source.tree), exported, arm, corpus.heldOut);
    const { rank } = run.spec.adapters!;
    return {
      value: { out, ...key, rank, newTokens: newTokens.length, verification },
      text: `adapters of rank ${rank} and ${newTokens.length} new rows for ${model.summary.name}; put onto the base again and verified, written to ${out}`,
    };
  } finally {
    run.arm.close();
  }
}

/** Written, opened again beside the base, and compared in logits. */
export async function writtenAdapter(
  out: string,
  base: FileTree,
  exported: ModelToExport,
  { session, tokenizer }: ArmModel,
  heldOut: readonly string[],
): Promise<ExportReport['verification']> {
  await writeAdapter(await folderSink(out), exported);
  const merged = await applyAdapter(base, await folderTree(out));
  const toVerify = { session, tokenizer, mode: 'adapters', text: heldOut.join('\n') } as const;
  const verification = await verifyExport(merged, toVerify);
  if (verification.passed) return verification;
  throw new LabError(
    'lab/verification-failed',
    `Base and adapter differ from the trained model by ${verification.largestLogitDifference} in their logits.`,
    'Do not use the folder.',
    { verification },
  );
}

/** The arm that is meant where nobody names one. */
function firstAdapted({ arms }: ExperimentSpec): string {
  const found = Object.keys(arms).find((name) => arms[name]!.adapters);
  if (found !== undefined) return found;
  throw new LabError(
    'lab/no-adapters',
    'No arm of the experiment has adapters.',
    'Give an arm `adapters`, and run it.',
  );
}

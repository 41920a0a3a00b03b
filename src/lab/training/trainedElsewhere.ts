/**
 * A graft that was trained elsewhere, beside its base: the trained folder's values are put onto a graft of the base, so
 * that comparing, sampling and saving go on as after a run of the lab's own. The untrained arm is the graft as it would
 * start here. What moved is found by comparing every tensor with the base, to the bit.
 */
import type { FileTree } from '../../checkpoint/index';
import type { Engine } from '../../engine/index';
import { LabError } from '../../error';
import { defaultInit, planGraft, sameOldRows, type GraftPlan } from '../../graft/index';
import { throwIfCancelled } from '../cancel';
import type { CorpusText } from '../open/corpusText';
import { earlierGraft } from '../device/earlierGraft';
import { matrixName } from '../device/graftedRows';
import { writeRows } from '../device/rowPieces';
import { openModel, type LoadedModel } from '../open/openModel';
import { throttled, type OnProgress } from '../progress';
import { modelFingerprint } from '../experiment/fingerprints';
import { graftedIds } from '../open/rowlessTokens';
import { sizesFor } from '../device/sizes';
import { ArmModel } from './armModel';
import { modeGroups, type TrainMode } from './trainSettings';
import { summaryOf, tokenizerFilesOf, type Vocabulary } from '../vocabulary/vocabulary';

export interface TrainedElsewhere {
  /** Its `start` is how it would start here; how it did is not known. */
  readonly arm: ArmModel;
  /** Tells its weights from all others, with those of the base. */
  readonly weights: string;
  readonly vocabulary: Vocabulary;
  readonly mode: TrainMode;
  /** From training_report.json; 0 where the folder has none. */
  readonly steps: number;
}

export interface ElsewhereSetup {
  readonly engine: Engine;
  readonly base: LoadedModel;
  readonly corpus: CorpusText;
  /** Bytes that an evaluation scores; a default fits what computes. */
  readonly evaluationBytes?: number;
}

interface Options {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** @throws LabError lab/no-new-tokens-file, lab/other-model, besides what opening a model throws. */
export async function openTrainedElsewhere(
  { engine, base, corpus, evaluationBytes }: ElsewhereSetup,
  tree: FileTree,
  { onProgress = () => undefined, signal }: Options = {},
): Promise<TrainedElsewhere> {
  const trained = await openModel(tree, 'folder', signal ? { signal } : {});
  const earlier = await earlierGraft(tree, trained);
  if (!earlier) {
    throw new LabError(
      'lab/no-new-tokens-file',
      `\`${tree.name}\` has no \`new_tokens.json\`: which of its tokens are new is not known.`,
      'Copy new_tokens.json from the model/ folder that training went on from, and open the folder again.',
      { file: 'new_tokens.json' },
    );
  }
  const { newTokens } = earlier;
  const { embeddingRows, tokenizerLength } = base.summary;
  const { firstNewId, count } = graftedIds(embeddingRows, newTokens[0]!.id, newTokens.length);
  const plan = planGraft({
    embeddingRows,
    tokenizerLength: Math.min(tokenizerLength, embeddingRows),
    firstNewId,
    count,
  });
  requireSameModel(base, trained, plan);
  const mode = await whatMoved(base, trained, plan, { onProgress, ...(signal ? { signal } : {}) });
  const vocabulary: Vocabulary = {
    tokenizer: trained.tokenizer,
    files: tokenizerFilesOf(trained),
    newRows: newTokens.map(({ id, pieces }) => ({ id, pieces: pieces.map((piece) => piece.id) })),
    summary: await summaryOf(base, corpus, trained.tokenizer, newTokens, signal ? { signal } : {}),
  };
  const sizes = sizesFor(engine.report.kind, base.summary.parameters);
  const bytes = evaluationBytes ?? sizes.evaluationBytes;
  const arm = await ArmModel.open(
    {
      ...{ engine, model: base, corpus, vocabulary },
      start: { input: defaultInit, output: defaultInit },
      moves: modeGroups[mode],
      seed: 1,
      evaluation: { bytes, generalBytes: Math.min(bytes, sizes.generalBytes), sample: 'spread' },
    },
    { onProgress, ...(signal ? { signal } : {}) },
  );
  try {
    const { store } = arm.session;
    for (const row of arm.session.trained) {
      // A trained parameter is f32 in the engine.
      await writeRows(store, row, (rows) => trained.checkpoint.tensors.get(row.tensor)!.readF32(rows));
    }
  } catch (error) {
    arm.close();
    throw error;
  }
  const weights = `${await modelFingerprint(base)} ${await modelFingerprint(trained)}`;
  return { arm, vocabulary, mode, steps: await stepsOf(tree), weights };
}

function requireSameModel(base: LoadedModel, trained: LoadedModel, plan: GraftPlan): void {
  const matrices = [matrixName(base, 'input'), matrixName(base, 'output')];
  for (const { name, shape } of base.parameters) {
    const expected = matrices.includes(name) ? [plan.newEmbeddingRows, ...shape.slice(1)] : shape;
    const found = trained.checkpoint.tensors.get(name)?.shape;
    if (base.config.tied === trained.config.tied && found?.join() === expected.join()) continue;
    throw new LabError(
      'lab/other-model',
      `\`${trained.summary.name}\` is no graft of \`${base.summary.name}\`: \`${name}\` would be [${expected.join(', ')}], and is ${found ? `[${found.join(', ')}]` : 'missing'}.`,
      'Open the base that was grafted in Model, then the trained folder.',
      { tensor: name, expected, found: found ?? null },
    );
  }
}

/** `new-rows` where every other row and tensor is the base's to the bit. */
async function whatMoved(
  base: LoadedModel,
  trained: LoadedModel,
  plan: GraftPlan,
  { onProgress, signal }: { readonly onProgress: OnProgress; readonly signal?: AbortSignal },
): Promise<TrainMode> {
  const matrices = [matrixName(base, 'input'), matrixName(base, 'output')];
  const report = throttled(onProgress);
  let moved: TrainMode = 'new-rows';
  for (const [done, { name }] of base.parameters.entries()) {
    throwIfCancelled(signal);
    report({ phase: 'comparing', done, total: base.parameters.length });
    const [before, after] = [base.checkpoint.tensors.get(name)!, trained.checkpoint.tensors.get(name)!];
    const isMatrix = matrices.includes(name);
    const isSame = before.dtype === after.dtype && (await sameOldRows(before, after, isMatrix ? plan : undefined));
    if (isSame) continue;
    if (!isMatrix) return 'all';
    moved = 'embeddings';
  }
  return moved;
}

async function stepsOf(tree: FileTree): Promise<number> {
  const source = tree.open('training_report.json');
  if (!source || source.size > 2 ** 24) return 0;
  try {
    const { steps } = JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as { steps?: unknown };
    return Number.isSafeInteger(steps) && (steps as number) >= 0 ? (steps as number) : 0;
  } catch {
    // Only a figure for the page: a report that cannot be read tells nothing.
    return 0;
  }
}

/**
 * The graft without its base: new rows, the extended tokenizer, and by what the base is known. Only where nothing else was
 * trained; otherwise base and delta would not be the trained model, and that is refused with the reason.
 */
import { fromF32, safetensorsFile, type FolderSink, type TensorEntry } from '../../checkpoint/index';
import { LabError } from '../../error';
import {
  DELTA_FILE,
  deltaMetadata,
  deltaPlan,
  deltaTensors,
  modelCardText,
  sameOldRows,
  type DeltaHeading,
  type GraftPlan,
} from '../../graft/index';
import { headName } from '../../model/index';
import type { TokenizerFiles } from '../../tokenizer/index';
import { baseFingerprint, type FingerprintOptions } from './baseFingerprint';
import { deltaReadme } from './deltaReadme';
import { requireOldTokens } from './oldTokens';
import { newRowsOf, type ModelToExport } from './exportModel';
import { matrixName } from '../device/graftedRows';
import type { LoadedModel } from '../open/openModel';
import { graftedIds } from '../open/rowlessTokens';
import { tokenizerFilesOf } from '../vocabulary/vocabulary';
import { writeTokenizer } from '../vocabulary/writeTokenizer';

export interface DeltaToWrite {
  readonly base: LoadedModel;
  readonly files: TokenizerFiles;
  readonly firstNewId: number;
  readonly count: number;
  /** Stored bytes of the new rows, in the base's type. */
  readonly rows: { readonly input: Uint8Array; readonly output?: Uint8Array };
  readonly exported: Pick<ModelToExport, 'card' | 'newTokens' | 'extras' | 'tokenizerClass'>;
}

export async function writeDelta(
  sink: FolderSink,
  { base, files, firstNewId, count, rows, exported }: DeltaToWrite,
  options: FingerprintOptions = {},
): Promise<DeltaHeading> {
  if (count === 0) {
    throw new LabError('graft/no-new-rows', 'There are no new rows to write.', 'Add new tokens first.');
  }
  const heading: DeltaHeading = {
    baseName: base.summary.name,
    base: await baseFingerprint(base, options),
    firstNewId,
    count,
  };
  const { card, newTokens, extras } = exported;
  const { tokenizerClass } = exported;
  await writeTokenizer(sink, base, { files, newTokens, tokenizerClass });
  await sink.write('README.md', deltaReadme(heading));
  if (card) await sink.write('model-card.md', typeof card === 'string' ? card : modelCardText(card));
  for (const [name, text] of Object.entries(extras)) await sink.write(name, text);
  await sink.write(DELTA_FILE, safetensorsFile(deltaTensors(heading, rows), deltaMetadata(heading)).stream());
  return heading;
}

/** The delta of a graft that is on the device, or was never trained. Throws `graft/more-than-new-rows`. */
export async function deltaOfGraft(exported: ModelToExport): Promise<DeltaToWrite> {
  const { model: base, graft, session, files } = exported;
  requireOldTokens(base, 'delta');
  if (!graft || !files) {
    throw new LabError('graft/no-new-rows', 'There are no new rows to write.', 'Add new tokens first.');
  }
  const { plan } = graft;
  const other = session?.trained.find(({ group }) => group !== 'newRows');
  if (other) throw moreThanNewRows(base.summary.name, other.tensor);
  const rowsOf = async (side: 'input' | 'output', initial: Float32Array) => {
    const matrix = matrixName(base, side);
    const { dtype } = base.checkpoint.tensors.get(matrix)!;
    return fromF32(await newRowsOf(matrix, initial, plan, session?.store), dtype as 'F32' | 'F16' | 'BF16');
  };
  return {
    base,
    files,
    firstNewId: plan.firstNewId,
    count: plan.count,
    rows: {
      input: await rowsOf('input', graft.input),
      ...(graft.output ? { output: await rowsOf('output', graft.output) } : {}),
    },
    exported,
  };
}

/**
 * The delta between two folders: a grafted model and the base it was grafted on. Every tensor is compared; what differs
 * beyond the new rows is named. Throws `graft/more-than-new-rows`, `graft/wrong-base`.
 */
export async function deltaOfFolders(
  base: LoadedModel,
  grafted: ModelToExport,
  options: FingerprintOptions = {},
): Promise<DeltaToWrite> {
  const { model, newTokens } = grafted;
  const { embeddingRows, tokenizerLength } = base.summary;
  const { firstNewId, count } = graftedIds(embeddingRows, newTokens[0]?.id ?? 0, newTokens.length);
  if (newTokens.length === 0) {
    throw new LabError(
      'graft/no-new-rows',
      `\`${model.summary.name}\` has no \`new_tokens.json\` that lists new tokens.`,
      'Give a folder that the lab expanded or trained.',
    );
  }
  const heading = { base: { embeddingRows }, firstNewId, count } as DeltaHeading;
  const plan = deltaPlan(heading, Math.min(tokenizerLength, embeddingRows));
  const matrices = { input: matrixName(base, 'input'), output: matrixName(base, 'output') };
  for (const entry of base.checkpoint.tensors.values()) {
    const after = model.checkpoint.tensors.get(entry.name);
    const isStaleHead = base.config.tied && entry.name === headName(base.config) && !after;
    if (isStaleHead) continue;
    const isMatrix = entry.name === matrices.input || entry.name === matrices.output;
    await requireSame(base, entry, after, isMatrix ? plan : undefined, options);
  }
  const rowsOf = (side: 'input' | 'output') =>
    model.checkpoint.tensors.get(matrices[side])!.read({ start: firstNewId, end: firstNewId + count });
  return {
    base,
    files: tokenizerFilesOf(model),
    firstNewId,
    count,
    rows: { input: await rowsOf('input'), ...(base.config.tied ? {} : { output: await rowsOf('output') }) },
    exported: grafted,
  };
}

async function requireSame(
  base: LoadedModel,
  before: TensorEntry,
  after: TensorEntry | undefined,
  plan: GraftPlan | undefined,
  { signal }: FingerprintOptions,
): Promise<void> {
  const { name } = base.summary;
  const expectedShape = plan ? [plan.newEmbeddingRows, ...before.shape.slice(1)] : before.shape;
  if (after?.dtype !== before.dtype || after.shape.join() !== expectedShape.join()) {
    const found = after ? `${after.dtype} [${after.shape.join(', ')}]` : 'missing';
    throw new LabError(
      'graft/wrong-base',
      `\`${before.name}\` of the grafted model is ${found}; over \`${name}\` it would be ${before.dtype} [${expectedShape.join(', ')}].`,
      'Give the very base that was grafted, in the same number type.',
      { tensor: before.name },
    );
  }
  if (!(await sameOldRows(before, after, plan, signal))) throw moreThanNewRows(name, before.name);
}

function moreThanNewRows(base: string, tensor: string): LabError {
  return new LabError(
    'graft/more-than-new-rows',
    `A delta holds new rows only, but \`${tensor}\` is not that of \`${base}\` any more.`,
    'Save the whole model; or train with new rows only, and a delta is enough.',
    { base, tensor },
  );
}

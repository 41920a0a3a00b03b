/**
 * A base and a delta as one model folder. No weight is copied: the folder's safetensors file is put together as it is
 * read, so that opening it in the page costs nothing, and writing it out streams. A wrong base is refused by name.
 */
import {
  bytesSource,
  openSafetensors,
  SINGLE_FILE,
  treeOf,
  virtualSafetensors,
  type ByteSource,
  type FileTree,
  type TensorEntry,
} from '../../checkpoint/index';
import { LabError } from '../../error';
import {
  checkDeltaIds,
  configText,
  DELTA_FILE,
  deltaPlan,
  graftedConfig,
  graftedEntry,
  readDeltaMetadata,
  type BaseFingerprint,
  type DeltaHeading,
} from '../../graft/index';
import { headName } from '../../model/index';
import { TOKENIZER_FILES } from '../../tokenizer/index';
import { baseFingerprint, type FingerprintOptions } from './baseFingerprint';
import { openModel, type LoadedModel } from '../open/openModel';

export interface OpenedDelta {
  readonly heading: DeltaHeading;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly tree: FileTree;
}

/** Throws `checkpoint/missing-file`, `graft/delta-format`, `graft/delta-damaged` and the codes of safetensors. */
export async function openDelta(tree: FileTree, signal?: AbortSignal): Promise<OpenedDelta> {
  const source = tree.open(DELTA_FILE);
  if (!source) {
    throw new LabError(
      'checkpoint/missing-file',
      `\`${tree.name}\` has no \`${DELTA_FILE}\`.`,
      'Choose the folder that was saved as a delta.',
      { file: DELTA_FILE, found: tree.list().slice(0, 50) },
    );
  }
  const { metadata, tensors } = await openSafetensors(source, signal);
  const heading = readDeltaMetadata(metadata, tensors);
  checkDeltaIds(await tensors.get('ids')!.read(undefined, signal), heading);
  return { heading, tensors, tree };
}

/** The grafted model's folder. Throws `graft/wrong-base` or `graft/delta-tokenizer`, besides what opening throws. */
export async function applyDelta(
  baseTree: FileTree,
  deltaTree: FileTree,
  options: FingerprintOptions = {},
): Promise<FileTree> {
  const { signal } = options;
  const { heading, tensors, tree } = await openDelta(deltaTree, signal);
  const base = await openModel(baseTree, 'folder', signal ? { signal } : {});
  await requireBase(base, heading, options);
  const plan = deltaPlan(heading, Math.min(base.summary.tokenizerLength, base.summary.embeddingRows));
  const { inputTensor, outputTensor } = heading.base;
  const rowsOf: Record<string, TensorEntry> = {
    [inputTensor]: tensors.get('input_rows')!,
    ...(outputTensor === undefined ? {} : { [outputTensor]: tensors.get('output_rows')! }),
  };
  const entries = [...base.checkpoint.tensors.values()]
    .filter(({ name }) => !(base.config.tied && name === headName(base.config)))
    .map((entry) => (rowsOf[entry.name] ? graftedEntry(entry, plan, rowsOf[entry.name]!) : entry));
  const sources = new Map<string, ByteSource>();
  const carry = (from: FileTree, name: string, as = name) => {
    const source = from.open(name);
    if (source) sources.set(as, source);
  };
  carry(baseTree, 'generation_config.json');
  const config = configText(graftedConfig(base.checkpoint.config, plan));
  sources.set('config.json', bytesSource('config.json', new TextEncoder().encode(config)));
  for (const name of TOKENIZER_FILES) carry(tree, name);
  for (const name of ['tokenizer.model', 'new_tokens.json', 'experiment.json', 'report.json', 'run.jsonl'])
    carry(tree, name);
  carry(tree, 'model-card.md', 'README.md');
  sources.set(SINGLE_FILE, virtualSafetensors(SINGLE_FILE, entries));
  const applied = treeOf(`${baseTree.name}-grafted`, sources);
  await requireOldTokens(base, await openModel(applied, 'folder', signal ? { signal } : {}), heading);
  return applied;
}

async function requireBase(base: LoadedModel, heading: DeltaHeading, options: FingerprintOptions): Promise<void> {
  const { name } = base.summary;
  const { baseName } = heading;
  const refuse = (what: string, details: Readonly<Record<string, unknown>> = {}): never => {
    throw new LabError(
      'graft/wrong-base',
      `This delta belongs to \`${baseName}\`; \`${name}\` is another model: ${what}.`,
      `Open \`${baseName}\` as it was when it was grafted, in the same revision and number type.`,
      { expected: baseName, found: name, ...details },
    );
  };
  const wanted = heading.base;
  // Sizes first: they are known without reading a gigabyte, and say more.
  const stored = base.checkpoint.tensors.get(wanted.inputTensor);
  if (base.config.tied !== wanted.tied) refuse(wanted.tied ? 'its head is not tied' : 'its head is tied');
  if (!stored) refuse(`it has no \`${wanted.inputTensor}\``);
  const shape = `${wanted.dtype} [${wanted.embeddingRows}, ${wanted.hiddenSize}]`;
  const found = `${stored!.dtype} [${stored!.shape.join(', ')}]`;
  if (shape !== found) refuse(`its vocabulary matrix is ${found}, not ${shape}`);
  const fingerprint = await baseFingerprint(base, options);
  const differing = (Object.keys(wanted) as (keyof BaseFingerprint)[]).find((key) => wanted[key] !== fingerprint[key]);
  if (differing === undefined) return;
  const words: Partial<Record<keyof BaseFingerprint, string>> = {
    tokenizerSha256: 'its tokenizer.json differs',
    inputSha256: 'the values of its vocabulary matrix differ',
    outputSha256: 'the values of its output matrix differ',
  };
  refuse(words[differing] ?? `its ${differing} differs`, { field: differing });
}

async function requireOldTokens(base: LoadedModel, grafted: LoadedModel, { firstNewId, count }: DeltaHeading) {
  const { tokenizer: before } = base;
  const { tokenizer: after } = grafted;
  let changed: number | undefined;
  for (let id = 0; id <= before.largestId && changed === undefined; id++) {
    if (before.hasId(id) && (!after.hasId(id) || after.piece(id) !== before.piece(id))) changed = id;
  }
  for (let id = Math.max(firstNewId, before.largestId + 1); id < firstNewId + count && changed === undefined; id++) {
    if (!after.hasId(id)) changed = id;
  }
  if (changed === undefined && after.largestId < firstNewId + count) return;
  throw new LabError(
    'graft/delta-tokenizer',
    `The delta's tokenizer does not go with its rows${changed === undefined ? `: its ids reach ${after.largestId}` : `: id ${changed} is another token`}.`,
    'Its files are of different versions; fetch the delta again.',
    { id: changed ?? after.largestId },
  );
}

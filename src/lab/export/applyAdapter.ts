/**
 * A base and a LoRA adapter of peft as one model folder: projections are W + strength * B A, summed in f64 and rounded to the type
 * of the base, and trained token rows lie where they belong. No weight is copied: the folder's safetensors file is put together as it
 * is read. What an adapter can hold and is not merged here is refused by name.
 */
import {
  bytesSource,
  fromF32,
  openSafetensors,
  parseJsonObject,
  readText,
  SINGLE_FILE,
  treeOf,
  virtualSafetensors,
  type ByteSource,
  type FileTree,
  type JsonObject,
  type TensorEntry,
  type WeightDtype,
} from '../../checkpoint/index';
import { LabError } from '../../error';
import { configText, graftedConfig } from '../../graft/index';
import { adaptableOf, headName, mergedRows, type AdaptedMatrix } from '../../model/index';
import { TOKENIZER_FILES } from '../../tokenizer/index';
import { openModel, type LoadedModel } from '../open/openModel';
import { applyDelta } from './applyDelta';
import type { FingerprintOptions } from './baseFingerprint';
import { refusedAdapter, strengthOf, tokenRows, type TokenRows } from './adapterSettings';
import { ADAPTER_CONFIG, ADAPTER_FILE, PEFT_PREFIX, tensorOfModule } from './peftNames';

const CONFIG_BYTES = 2 ** 20;

/** Throws `checkpoint/missing-file`, `lab/adapter-kind`, `lab/adapter-damaged`, `lab/wrong-base`, besides what opening throws. */
export async function applyAdapter(
  baseTree: FileTree,
  adapterTree: FileTree,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<FileTree> {
  const read = async (name: string) => {
    const source = adapterTree.open(name);
    if (source) return source;
    throw new LabError(
      'checkpoint/missing-file',
      `\`${adapterTree.name}\` has no \`${name}\`.`,
      'Choose the folder that peft saved, with safetensors.',
      { file: name, found: adapterTree.list().slice(0, 50) },
    );
  };
  const settings = parseJsonObject(await readText(await read(ADAPTER_CONFIG), CONFIG_BYTES, signal), ADAPTER_CONFIG);
  refusedAdapter(settings, adapterTree.name);
  const { tensors } = await openSafetensors(await read(ADAPTER_FILE), signal);
  const base = await openModel(baseTree, 'folder', signal ? { signal } : {});
  const found = sorted(tensors, settings, base);
  const rows = tokenRows(found.rows, settings, base);
  const entries = [...base.checkpoint.tensors.values()]
    .filter(({ name }) => !(base.config.tied && name === headName(base.config)))
    .map((entry) => mergedEntry(entry, found.adapters.get(entry.name)))
    .map((entry) => withRows(entry, rows.get(entry.name)));
  const grown = Math.max(base.config.vocabSize, ...[...rows.values()].map(({ embeddingRows }) => embeddingRows));
  const sources = new Map<string, ByteSource>();
  const carry = (from: FileTree, name: string, as = name) => {
    const source = from.open(name);
    if (source) sources.set(as, source);
  };
  carry(baseTree, 'generation_config.json');
  const { config: json, configText: text } = base.checkpoint;
  const config = grown === base.config.vocabSize ? text : configText(graftedConfig(json, { newEmbeddingRows: grown }));
  sources.set('config.json', bytesSource('config.json', new TextEncoder().encode(config)));
  const tokenizer = adapterTree.open('tokenizer.json') ? adapterTree : baseTree;
  for (const name of [...TOKENIZER_FILES, 'tokenizer.model', 'new_tokens.json']) carry(tokenizer, name);
  for (const name of ['experiment.json', 'report.json', 'run.jsonl']) carry(adapterTree, name);
  carry(adapterTree, 'model-card.md', 'README.md');
  sources.set(SINGLE_FILE, virtualSafetensors(SINGLE_FILE, entries));
  return treeOf(`${baseTree.name}-adapted`, sources);
}

/** A delta of the lab or an adapter of peft, told by its files, onto its base. */
export function putOnBase(base: FileTree, part: FileTree, options: FingerprintOptions = {}): Promise<FileTree> {
  return part.open(ADAPTER_CONFIG) ? applyAdapter(base, part, options) : applyDelta(base, part, options);
}

interface ReadAdapter extends Pick<AdaptedMatrix, 'layout' | 'rank' | 'strength' | 'down' | 'up'> {
  readonly values: () => Promise<{ readonly down: Float32Array; readonly up: Float32Array }>;
}

/** Every tensor of the file by the tensor of the base that it changes. */
function sorted(tensors: ReadonlyMap<string, TensorEntry>, settings: JsonObject, base: LoadedModel) {
  const pairs = new Map<string, { A?: TensorEntry; B?: TensorEntry }>();
  const rows = new Map<string, TensorEntry>();
  for (const [name, entry] of tensors) {
    const bare = name.startsWith(PEFT_PREFIX) ? name.slice(PEFT_PREFIX.length) : name;
    const [, module, side] = /^(.+)\.lora_([AB])(?:\.default)?\.weight$/.exec(bare) ?? [];
    const [, embedding] = /^(.+?)(?:\.token_adapter)?\.trainable_tokens_delta(?:\.default)?$/.exec(bare) ?? [];
    if (embedding !== undefined) rows.set(embedding, entry);
    else if (module !== undefined) pairs.set(module, { ...pairs.get(module), [side as 'A' | 'B']: entry });
    else
      throw wrongKind(
        `\`${ADAPTER_FILE}\` holds \`${name}\`, which is neither an adapter of a projection nor trained token rows`,
      );
  }
  const adapters = new Map<string, ReadAdapter>();
  for (const [module, { A, B }] of pairs) {
    const tensor = tensorOfModule(base, module);
    const shape = tensor === undefined ? undefined : base.checkpoint.tensors.get(tensor)?.shape;
    if (tensor === undefined || shape?.length !== 2) throw wrongBase(base, `it has no projection \`${module}\``);
    const parameter = base.parameters.find(({ name }) => name === tensor)!;
    if (parameter.role !== 'body') throw wrongKind(`\`${module}\` is no projection of a layer`);
    if (!A || !B) throw damaged(`\`${module}\` has lora_${A ? 'A' : 'B'} alone`);
    const { layout } = adaptableOf(base.config.modelType);
    const [outSize, inSize] = layout === 'outIn' ? [shape[0]!, shape[1]!] : [shape[1]!, shape[0]!];
    const { rank, strength } = strengthOf(settings, module);
    if (A.shape.join() !== `${rank},${inSize}` || B.shape.join() !== `${outSize},${rank}`) {
      throw wrongBase(
        base,
        `\`${module}\` is [${outSize}, ${inSize}], its adapter of rank ${rank} [${A.shape.join(', ')}] and [${B.shape.join(', ')}]`,
      );
    }
    let known: ReturnType<ReadAdapter['values']> | undefined;
    const values = () => (known ??= Promise.all([A.readF32(), B.readF32()]).then(([down, up]) => ({ down, up })));
    const [down, up] = [
      { name: A.name, shape: [rank, inSize] },
      { name: B.name, shape: [outSize, rank] },
    ] as const;
    adapters.set(tensor, { layout, rank, strength, down, up, values });
  }
  return { adapters, rows };
}

function mergedEntry(entry: TensorEntry, adapter: ReadAdapter | undefined): TensorEntry {
  if (!adapter) return entry;
  const all = { start: 0, end: entry.shape[0]! };
  const merged = async (range = all, signal?: AbortSignal) =>
    mergedRows(await entry.readF32(range, signal), range.start, adapter, await adapter.values());
  const read: TensorEntry['read'] = async (range, signal) =>
    fromF32(await merged(range, signal), entry.dtype as WeightDtype);
  return { ...entry, read, readF32: merged };
}

/** Rows by id, over those of the matrix and behind them. */
function withRows(entry: TensorEntry, rows: TokenRows | undefined): TensorEntry {
  if (!rows) return entry;
  const [before = 0, width = 1] = entry.shape;
  const all = { start: 0, end: rows.embeddingRows };
  const dtype = entry.dtype as WeightDtype;
  const rowBytes = entry.bytes / Math.max(1, before);
  const overlaid = async <Values extends Uint8Array | Float32Array>(
    values: Values,
    { start, end }: typeof all,
    perRow: number,
    old: (range: typeof all) => Promise<Values>,
    own: (row: Float32Array) => Values,
  ) => {
    if (start < before) values.set(await old({ start, end: Math.min(end, before) }));
    const trained = await rows.values();
    for (const [at, id] of rows.ids.entries()) {
      if (id >= start && id < end)
        values.set(own(trained.subarray(at * width, (at + 1) * width)), (id - start) * perRow);
    }
    return values;
  };
  const read: TensorEntry['read'] = (range = all, signal) =>
    overlaid(
      new Uint8Array((range.end - range.start) * rowBytes),
      range,
      rowBytes,
      (part) => entry.read(part, signal),
      (row) => fromF32(row, dtype),
    );
  const readF32: TensorEntry['readF32'] = (range = all, signal) =>
    overlaid(
      new Float32Array((range.end - range.start) * width),
      range,
      width,
      (part) => entry.readF32(part, signal),
      (row) => row,
    );
  return { ...entry, shape: [rows.embeddingRows, width], bytes: rows.embeddingRows * rowBytes, read, readF32 };
}

function wrongKind(what: string): LabError {
  return new LabError('lab/adapter-kind', `This adapter is not read: ${what}.`, mergeHint);
}

const mergeHint =
  'Merge it in Python (`PeftModel.from_pretrained(base, adapter).merge_and_unload().save_pretrained(folder)`) and open the merged folder.';

function damaged(why: string): LabError {
  return new LabError('lab/adapter-damaged', `\`${ADAPTER_FILE}\` is damaged: ${why}.`, 'Fetch the adapter again.');
}

function wrongBase({ summary }: LoadedModel, why: string): LabError {
  return new LabError(
    'lab/wrong-base',
    `The adapter is not one for \`${summary.name}\`: ${why}.`,
    'Open the base that adapter_config.json names, then the adapter.',
  );
}

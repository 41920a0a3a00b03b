/** `--model`: the bundled model, a folder, a GGUF file or a model of the Hub; `--tokenizer`: a folder that needs no weights. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isHubId, modelTree, type FileTree } from '../../checkpoint/index';
import { pathTree } from '../../checkpoint/node';
import {
  openModel,
  openTokenizerFolder,
  openTokenizerModel,
  openWeights,
  type LoadedModel,
  type ModelSummary,
  type ModelWeights,
  type TokenizerModel,
} from '../../lab/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { Command } from '../arguments';
import { tellNotes } from '../notes';
import { hubTree } from './hub';

const bundledName = 'rootstock';

interface Source {
  readonly tree: FileTree;
  readonly source: ModelSummary['source'];
}

/** The files of `--model`, a GGUF file not yet taken apart. What lies on this machine goes before the Hub. */
export function modelSource(command: Command): Promise<Source> {
  return sourceNamed(command, command.text('model')!);
}

const opened = new Map<string, Promise<Source>>();

/** @param model `bundled`, a path, or a model of the Hub, which is asked once. */
export function sourceNamed(command: Command, model: string): Promise<Source> {
  const known = opened.get(model);
  if (known) return known;
  const source = findSource(command, model);
  opened.set(model, source);
  return source;
}

async function findSource(command: Command, model: string): Promise<Source> {
  if (model === 'bundled') return { tree: await pathTree(pathOf(model)), source: 'bundled' };
  if (!existsSync(model) && isHubId(model)) return { tree: await hubTree(command, model), source: 'hub' };
  return { tree: await pathTree(model), source: 'folder' };
}

/** The files of `--model` as those of a folder, also of a GGUF file. */
export async function modelFiles(command: Command): Promise<FileTree> {
  return modelTree((await modelSource(command)).tree);
}

/** Where `--model` lies on this machine, if it does. */
export function modelPath(command: Command): string {
  return pathOf(command.text('model')!);
}

function pathOf(model: string): string {
  return model === 'bundled' ? fileURLToPath(new URL('../../../public/models/rootstock', import.meta.url)) : model;
}

export async function modelOf(command: Command): Promise<LoadedModel> {
  return loaded(await modelSource(command));
}

/** The weights of `--model`, of which no tokenizer is asked. */
export async function weightsOf(command: Command): Promise<ModelWeights> {
  const weights = await openWeights((await modelSource(command)).tree);
  tellNotes(weights.notes);
  return weights;
}

/** Another model than that of `--model`. */
export async function openNamed(command: Command, model: string): Promise<LoadedModel> {
  return loaded(await sourceNamed(command, model));
}

/** @param tell says what is worth knowing of the files; `inspect` says it itself. */
export async function loaded({ tree, source }: Source, tell = tellNotes): Promise<LoadedModel> {
  const model = await openModel(tree, source, source === 'bundled' ? { name: bundledName } : {});
  tell(model.notes);
  return model;
}

/** A tokenizer with the sizes of its model. */
export async function tokenizerModelOf(command: Command): Promise<TokenizerModel> {
  const folder = command.text('tokenizer');
  if (folder === undefined) return modelOf(command);
  const model = await openTokenizerModel(await pathTree(folder));
  tellNotes(model.summary.notes ?? []);
  return model;
}

/** A tokenizer alone: the folder of `--tokenizer` need not hold a config.json. */
export async function tokenizerOf(command: Command): Promise<Tokenizer> {
  const folder = command.text('tokenizer');
  if (folder === undefined) return (await modelOf(command)).tokenizer;
  return (await openTokenizerFolder(await pathTree(folder))).tokenizer;
}

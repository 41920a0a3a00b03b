/**
 * Models of the Hub on the command line. The Hub's address, a token for gated models and the cache directory come from the
 * variables that other tools use too: HF_ENDPOINT, HF_TOKEN; TOKENGRAFT_CACHE, else XDG_CACHE_HOME or ~/.cache.
 */
import {
  describeModel,
  HUB_URL,
  HubCache,
  hubIdText,
  parseHubId,
  type FileTree,
  type HubModel,
  type HubOptions,
} from '../../checkpoint/index';
import { nodeFileStore } from '../../checkpoint/node';
import { asLabError } from '../../error';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { hubFolder } from '../cacheFolder';
import { progressLine } from '../stdout';

function hubOptions(command: Command): HubOptions {
  const { HF_ENDPOINT, HF_TOKEN } = process.env;
  const hubUrl = (command.text('hub') ?? HF_ENDPOINT ?? HUB_URL).replace(/\/+$/, '');
  return { hubUrl, ...(HF_TOKEN ? { token: HF_TOKEN } : {}) };
}

/** Downloads what is not here yet, after saying what it is. Without a connection, the model as it was kept. */
export async function hubTree(command: Command, text: string): Promise<FileTree> {
  const id = parseHubId(text);
  const cache = new HubCache(nodeFileStore(hubFolder()));
  const options = hubOptions(command);
  let model: HubModel;
  try {
    model = await describeModel(id, options);
  } catch (thrown) {
    const kept = asLabError(thrown).code === 'hub/unreachable' ? await cache.open(hubIdText(id)) : undefined;
    if (!kept) throw thrown;
    process.stderr.write(`The Hub cannot be reached; ${hubIdText(id)} is opened as it was kept.\n`);
    return kept;
  }
  process.stderr.write(`${modelText(model)}\n`);
  const report = progressLine();
  const { tree, warning } = await cache.download(model, options, (done, total) =>
    report({ phase: 'downloading', done, total }),
  );
  if (warning) process.stderr.write(`${warning.message}\n${warning.hint}\n`);
  return tree;
}

function modelText({ id, commit, licence, architecture, gated, wanted, wantedBytes }: HubModel): string {
  const files = wanted.map(({ name, size }) => `${name} ${megabytes(size)}`).join(', ');
  return [
    `${id} at ${commit.slice(0, 12)}: ${architecture ?? 'architecture not stated'}, licence ${licence ?? 'not stated'}${gated ? ', gated' : ''}`,
    `${megabytes(wantedBytes)} in ${wanted.length} files: ${files}`,
  ].join('\n');
}

/** `cached`: what was downloaded, whole or in part; with --remove, without that model. */
export async function cachedVerb(command: Command): Promise<Answer> {
  const folder = hubFolder();
  const cache = new HubCache(nodeFileStore(folder));
  const removed = command.text('remove');
  if (removed !== undefined) await cache.remove(hubIdText(parseHubId(removed)));
  const models = await cache.list();
  const lines = models.map(({ id, bytes, totalBytes, complete, licence }) => {
    const size = complete ? megabytes(bytes) : `${megabytes(bytes)} of ${megabytes(totalBytes)}`;
    return `${id}\t${size}\t${licence ?? 'licence not stated'}`;
  });
  return { value: { folder, models }, text: [folder, ...(lines.length > 0 ? lines : ['nothing is kept'])].join('\n') };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * What the Hub says of a model, before a byte of it is downloaded: files with sizes, licence, architecture, whether it is
 * gated, and which of the files the lab would fetch. Through `@huggingface/hub`, loaded when somebody asks.
 */
import { LabError } from '../../error';
import { TOKENIZER_FILES } from '../../tokenizer/index';
import { INDEX_FILE, SINGLE_FILE } from '../checkpoint';
import { asHubError } from './hubErrors';
import { hubIdText, type HubId } from './hubId';

export const HUB_URL = 'https://huggingface.co';

export interface HubOptions {
  readonly hubUrl?: string;
  /** Sent to the Hub only, and never stored. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
}

export interface HubFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The Hub's ETag: SHA-256 of files in large storage, Git's SHA-1 of others. */
  readonly etag: string;
}

export interface HubModel {
  /** As `hubIdText` writes it. */
  readonly id: string;
  readonly name: string;
  readonly revision: string;
  /** The commit that the revision names now; downloads stay with it. */
  readonly commit: string;
  readonly licence: string | null;
  readonly architecture: string | null;
  readonly gated: boolean;
  /** Every file at the top of the repository. */
  readonly files: readonly HubFile[];
  /** What would be downloaded; empty where one of `choices` has to be chosen first. */
  readonly wanted: readonly HubFile[];
  /** GGUF files, where there are several and no safetensors. */
  readonly choices: readonly HubFile[];
  /** Bytes of what is wanted. */
  readonly wantedBytes: number;
}

/** A model has tens of files; a repository with more than this is something else. */
const MOST_FILES = 2000;

/** Throws `hub/...`. */
export async function describeModel(id: HubId, options: HubOptions = {}): Promise<HubModel> {
  const shown = hubIdText(id);
  requireToken(options.token);
  const request = boundFetch(options);
  const shared = {
    hubUrl: options.hubUrl ?? HUB_URL,
    fetch: request,
    ...(options.token ? { accessToken: options.token } : {}),
  };
  try {
    const { listFiles, modelInfo } = await import('@huggingface/hub');
    const { name, revision } = id;
    const info = await modelInfo({ name, revision, additionalFields: ['config', 'cardData', 'sha'], ...shared });
    const commit = typeof info.sha === 'string' && /^[0-9a-f]{40}$/.test(info.sha) ? info.sha : revision;
    const files: HubFile[] = [];
    for await (const entry of listFiles({
      repo: name,
      revision: commit,
      recursive: id.file?.includes('/') ?? false,
      ...shared,
    })) {
      if (entry.type === 'file') files.push(fileOf(entry, shown));
      if (files.length > MOST_FILES) break;
    }
    const { wanted, choices } = chosenFiles(files, id);
    return {
      id: shown,
      name,
      revision,
      commit,
      licence: licenceOf(info.cardData),
      architecture: architectureOf(info.config),
      gated: Boolean(info.gated),
      files,
      wanted,
      choices,
      wantedBytes: wanted.reduce((sum, { size }) => sum + size, 0),
    };
  } catch (thrown) {
    throw asHubError(thrown, shown);
  }
}

/** `fetch` that stops with the signal: `@huggingface/hub` takes none. */
export function boundFetch({ fetch: given, signal }: HubOptions): typeof fetch {
  const request = given ?? globalThis.fetch.bind(globalThis);
  return signal ? (input, init) => request(input, { ...init, signal }) : request;
}

function requireToken(token: string | undefined): void {
  if (token === undefined || /^hf_\w{1,200}$/.test(token)) return;
  throw new LabError(
    'hub/bad-token',
    'This is not a token of the Hub.',
    'Tokens begin with hf_ (huggingface.co/settings/tokens).',
  );
}

interface Listed {
  readonly path: string;
  readonly size: number;
  readonly oid?: string;
  readonly lfs?: { readonly oid: string; readonly size: number };
}

function fileOf({ path, size, oid, lfs }: Listed, model: string): HubFile {
  const [etag, bytes] = [lfs?.oid ?? oid, lfs?.size ?? size];
  if (
    typeof path === 'string' &&
    typeof etag === 'string' &&
    /^[\w-]{8,128}$/.test(etag) &&
    bytes >= 0 &&
    Number.isSafeInteger(bytes)
  ) {
    return { name: path, size: bytes, etag };
  }
  throw new LabError(
    'hub/failed',
    `The list of files of \`${model}\` is not what the Hub sends.`,
    'Check the address of the Hub.',
    {
      model,
    },
  );
}

const BESIDE_WEIGHTS: readonly string[] = [
  'config.json',
  ...TOKENIZER_FILES,
  'tokenizer.model',
  'generation_config.json',
  'README.md',
  // What an earlier graft of the lab put in.
  'new_tokens.json',
];

function chosenFiles(files: readonly HubFile[], { file, name }: HubId): Pick<HubModel, 'wanted' | 'choices'> {
  if (file !== undefined) {
    const found = files.find((each) => each.name === file);
    if (found) return { wanted: [found], choices: [] };
    throw new LabError('hub/not-found', `\`${name}\` has no file \`${file}\`.`, 'Choose one that it has.', {
      model: name,
      file,
    });
  }
  const named = (wanted: string): HubFile[] => files.filter((each) => each.name === wanted);
  const safetensors = files.filter((each) => /^[^/]*\.safetensors$/.test(each.name));
  const shards = safetensors.filter((each) => /-\d{5}-of-\d{5}\.safetensors$/.test(each.name));
  const weights =
    named(SINGLE_FILE).length > 0
      ? named(SINGLE_FILE)
      : named(INDEX_FILE).length > 0
        ? [...named(INDEX_FILE), ...shards]
        : safetensors.length === 1
          ? safetensors
          : [];
  if (weights.length > 0) {
    return { wanted: [...files.filter((each) => BESIDE_WEIGHTS.includes(each.name)), ...weights], choices: [] };
  }
  const ggufs = files.filter((each) => /^[^/]*\.gguf$/i.test(each.name));
  if (ggufs.length > 0) return { wanted: ggufs.length === 1 ? ggufs : [], choices: ggufs.length === 1 ? [] : ggufs };
  const other = files.find((each) => /\.(bin|pt|pth|onnx|msgpack|h5)$/.test(each.name));
  throw new LabError(
    'hub/no-weights',
    `\`${name}\` has neither safetensors nor a GGUF file${other ? `, only files such as \`${other.name}\`` : ''}.`,
    'Look for a converted copy of the model; pickled weights are not read.',
    { model: name, found: files.slice(0, 50).map((each) => each.name) },
  );
}

function licenceOf(card: unknown): string | null {
  const licence: unknown =
    typeof card === 'object' && card !== null ? (card as { license?: unknown }).license : undefined;
  const first: unknown = Array.isArray(licence) ? licence[0] : licence;
  return typeof first === 'string' ? first.slice(0, 100) : null;
}

function architectureOf(config: unknown): string | null {
  if (typeof config !== 'object' || config === null) return null;
  const { architectures, model_type: type } = config as { architectures?: unknown; model_type?: unknown };
  const first: unknown = Array.isArray(architectures) ? architectures[0] : type;
  return typeof first === 'string' ? first.slice(0, 100) : null;
}

/**
 * The Hub for the page: asked only when the visitor clicks, every request counted, files kept in the private file system.
 * The token of a visit lives in the call that carries it and nowhere else.
 */
import {
  describeModel,
  HUB_URL,
  HubCache,
  hubIdText,
  memoryFileStore,
  parseHubId,
  privateFileStore,
  type CachedModel,
  type FileTree,
  type HubModel,
  type HubOptions,
} from '../checkpoint/index';
import { LabError } from '../error';
import { throttled } from '../lab/index';
import type { OnProgress } from './api';

/** A mirror is named when the page is built, where the content security policy is written too (vite.config.ts). */
const hubUrl = ((import.meta.env.VITE_HUB_URL as string | undefined) ?? HUB_URL).replace(/\/+$/, '');

export class HubModels {
  private cache: Promise<HubCache> | undefined;
  private described: HubModel | undefined;
  private downloaded: { readonly id: string; readonly tree: FileTree } | undefined;
  private asked = 0;

  /** Since the page opened. */
  get requests(): number {
    return this.asked;
  }

  async describe(text: string, token: string | undefined, signal: AbortSignal): Promise<HubModel> {
    return (this.described = await describeModel(parseHubId(text), this.options(token, signal)));
  }

  /** The model that was described last, or again one that was begun before. */
  async download(
    text: string,
    token: string | undefined,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<LabError | null> {
    const id = hubIdText(parseHubId(text));
    const model = this.described?.id === id ? this.described : await this.describe(text, token, signal);
    const report = throttled(onProgress);
    const options = this.options(token, signal);
    const { tree, warning } = await (
      await this.kept()
    ).download(model, options, (done, total) => report({ phase: 'downloading', done, total }));
    this.downloaded = { id, tree };
    return warning ?? null;
  }

  /** Without a request. Throws `hub/not-here`. */
  async open(text: string): Promise<FileTree> {
    const id = hubIdText(parseHubId(text));
    const tree = this.downloaded?.id === id ? this.downloaded.tree : await (await this.kept()).open(id);
    if (tree) return tree;
    throw new LabError('hub/not-here', `\`${id}\` is not on this device, or not whole.`, 'Download it first.', { id });
  }

  async list(): Promise<readonly CachedModel[]> {
    return (await this.kept()).list();
  }

  async remove(id: string): Promise<void> {
    if (this.downloaded?.id === id) this.downloaded = undefined;
    await (await this.kept()).remove(id);
  }

  private options(token: string | undefined, signal: AbortSignal): HubOptions {
    return {
      hubUrl,
      ...(token ? { token } : {}),
      signal,
      fetch: async (input, init) => {
        this.asked += 1;
        const response = await fetch(input, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' });
        // The host that the Hub sent it on to was asked too.
        if (response.redirected) this.asked += 1;
        return response;
      },
    };
  }

  /** Memory where the browser gives no private files: downloads then last as long as the page. */
  private kept(): Promise<HubCache> {
    this.cache ??= privateFileStore('hub')
      .catch(() => memoryFileStore())
      .then((store) => new HubCache(store));
    return this.cache;
  }
}

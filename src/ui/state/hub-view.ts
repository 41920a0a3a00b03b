/**
 * What the page knows of the Hub: the model that was looked up, a download under way, and what is kept on this device. The
 * token stays in this object, goes along with calls, and is never written anywhere.
 */
import {
  asLabError,
  type CachedModel,
  type HubModel,
  type LabApi,
  type ModelSummary,
  type Progress,
} from '../../worker/index';
import { EMPTY, type Slot } from './slot';

type HubCalls = Pick<
  LabApi,
  'describeHubModel' | 'downloadHubModel' | 'cachedHubModels' | 'removeHubModel' | 'hubRequests'
>;

export class HubView {
  found: Slot<HubModel> = EMPTY;
  /** Ready: the last download ended well. */
  download: Slot<string> = EMPTY;
  /** Why the last download could not be kept. */
  warning: { readonly message: string; readonly hint: string } | null = null;
  shelf: readonly CachedModel[] = [];
  /** Requests to the Hub since the page opened. */
  requests = 0;
  token = '';
  private downloading: AbortController | undefined;

  constructor(
    private readonly lab: HubCalls,
    private readonly page: { readonly tell: () => void; readonly open: (id: string) => Promise<ModelSummary | null> },
  ) {}

  async readShelf(): Promise<void> {
    this.shelf = await this.lab.cachedHubModels().catch(() => []);
    this.requests = await this.lab.hubRequests().catch(() => this.requests);
    this.page.tell();
  }

  async lookUp(id: string): Promise<void> {
    this.put({ found: { status: 'pending' }, download: EMPTY, warning: null });
    try {
      this.put({ found: { status: 'ready', value: await this.lab.describeHubModel(id, this.token || undefined) } });
    } catch (thrown) {
      this.put({ found: failed(thrown) });
    }
    await this.readShelf();
  }

  /** Downloads what is missing, then opens. */
  async downloadAndOpen(id: string): Promise<void> {
    this.put({ download: { status: 'pending' }, warning: null });
    const { signal } = (this.downloading = new AbortController());
    try {
      const onProgress = (progress: Progress) => this.put({ download: { status: 'pending', progress } });
      const warning = await this.lab.downloadHubModel(id, this.token || undefined, onProgress, signal);
      this.put({ download: { status: 'ready', value: id }, warning });
    } catch (thrown) {
      this.put({ download: failed(thrown) });
    }
    await this.readShelf();
    if (this.download.status === 'ready') await this.page.open(id);
  }

  async open(id: string): Promise<void> {
    await this.page.open(id);
  }

  async remove(id: string): Promise<void> {
    await this.lab.removeHubModel(id).catch(() => undefined);
    await this.readShelf();
  }

  /** Ends the download under way; what has come of it is kept. */
  cancel(): void {
    this.downloading?.abort();
  }

  private put(change: Partial<Pick<HubView, 'found' | 'download' | 'warning'>>): void {
    Object.assign(this, change);
    this.page.tell();
  }
}

function failed(thrown: unknown): Slot<never> {
  const error = asLabError(thrown);
  return error.code === 'cancelled' ? EMPTY : { status: 'failed', error };
}

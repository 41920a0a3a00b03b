/** The Hugging Face Hub: what a model is before it is downloaded, resumable downloads, and what was kept of them. */
export { describeModel, HUB_URL, type HubFile, type HubModel, type HubOptions } from './describeModel';
export { memoryFileStore, privateFileStore, type Appender, type FileStore } from './fileStore';
export { HubCache, type CachedModel, type OpenedHubModel } from './hubCache';
export { hubIdText, isHubId, parseHubId, type HubId } from './hubId';

/**
 * Whether the page works without a network. The files are kept only after the lab is open, so that the first load waits for
 * none of them; not at all where the browser is asked to save data.
 */

/** `refused`: this browser keeps no files (a private window, or no room); it is tried again at the next visit. */
export type OfflineState = 'unasked' | 'keeping' | 'ready' | 'refused';

let state: OfflineState = 'unasked';
const changes = new EventTarget();

export const offlineState = (): OfflineState => state;

/** @returns what ends it. */
export function onOfflineChange(listener: () => void): () => void {
  changes.addEventListener('change', listener);
  return () => changes.removeEventListener('change', listener);
}

function become(next: OfflineState): void {
  state = next;
  changes.dispatchEvent(new Event('change'));
}

export async function keepForOffline(): Promise<void> {
  const { connection } = navigator as { connection?: { readonly saveData?: boolean } };
  if (connection?.saveData) return;
  // Absent in insecure contexts, whatever the types say.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) return become('refused');
  become('keeping');
  try {
    const registration = await container.register('./service-worker.js', { updateViaCache: 'none' });
    if (!registration.active) await active(registration.installing ?? registration.waiting!);
    registration.active?.postMessage('claim');
    become('ready');
  } catch {
    become('refused');
  }
}

function active(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('Not every file could be kept.'));
    });
  });
}

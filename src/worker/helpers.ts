/**
 * Workers that help the lab's worker. The page starts them (helperWorkers.ts) and not the lab's worker itself: Firefox (153) now
 * and then never returns from `new Worker` within a worker, and then nothing in it goes on.
 */

export type HelperKind = 'counting words' | 'xz' | 'thread of onnxruntime';

export type HelperRequest =
  { readonly open: HelperKind; readonly id: number; readonly port: MessagePort } | { readonly close: number };

/** Why a helper could not be loaded, or what ended it. */
export interface HelperFailure {
  readonly id: number;
  readonly message: string;
}

export interface Helper {
  /** Speaks to it as to a worker. */
  readonly port: MessagePort;
  close(): void;
}

let page: MessagePort | undefined;
let opened = 0;
const failures = new Map<number, (message: string) => void>();

/** @param port of `serveHelpers`; before the first helper is opened. */
export function helpersFrom(port: MessagePort): void {
  page = port;
  port.onmessage = ({ data }: MessageEvent<HelperFailure>) => failures.get(data.id)?.(data.message);
}

/** @param onFailure called when it cannot be loaded or dies of an error that nobody caught. */
export function openHelper(kind: HelperKind, onFailure: (message: string) => void): Helper {
  if (!page) throw new Error('No page starts helpers for this worker.');
  const control = page;
  const id = ++opened;
  const { port1, port2 } = new MessageChannel();
  failures.set(id, onFailure);
  control.postMessage({ open: kind, id, port: port2 } satisfies HelperRequest, [port2]);
  return {
    port: port1,
    close() {
      failures.delete(id);
      port1.close();
      control.postMessage({ close: id } satisfies HelperRequest);
    },
  };
}

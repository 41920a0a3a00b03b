/**
 * onnxruntime's threads in Firefox. Its wasm build makes each thread as a worker from within the one that it is loaded in, which
 * Firefox may never return from (helpers.ts). There it is given this for `Worker`: the page starts the thread, and hands on what
 * the two say to each other, which is little: once they run they share memory.
 */
import { openHelper, type Helper } from './helpers';

/** What the runtime's script uses of a `Worker`. */
class PageThread {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: { readonly message: string }) => void) | null = null;
  private readonly helper: Helper;

  constructor() {
    this.helper = openHelper('thread of onnxruntime', (message) => this.onerror?.({ message }));
    this.helper.port.onmessage = (event) => this.onmessage?.(event);
  }

  postMessage(data: unknown, transfer: Transferable[] = []): void {
    this.helper.port.postMessage(data, transfer);
  }

  terminate(): void {
    this.helper.close();
  }
}

/** Before the runtime is loaded; once is enough. Nothing else in this worker makes any. */
export function startThreadsOnPage(): void {
  Object.assign(globalThis, { Worker: PageThread });
}

/** The page's end of helpers.ts: starts workers for the lab's worker, and connects the two. */
import type { HelperFailure, HelperKind, HelperRequest } from './helpers';

interface HelperScript {
  start(): Worker | Promise<Worker>;
  /** Its first message brings the port to speak over. Otherwise it knows only its own scope, and the page hands on what is said. */
  readonly takesPort: boolean;
}

const scripts: Record<HelperKind, HelperScript> = {
  'counting words': {
    start: () =>
      new Worker(new URL('./counting-worker.ts', import.meta.url), { type: 'module', name: 'counting words' }),
    takesPort: true,
  },
  /** libarchive's own; the bundler puts its WebAssembly beside it. */
  xz: {
    start: async () => {
      const { default: script } = await import('libarchive.js/dist/worker-bundle.js?worker&url');
      return new Worker(new URL(script, location.href), { type: 'module', name: 'xz' });
    },
    takesPort: false,
  },
  /** Its script knows by this name that it is one. */
  'thread of onnxruntime': {
    start: async () => {
      const { default: script } = await import('onnxruntime-web/ort-wasm-simd-threaded.mjs?url');
      return new Worker(new URL(script, location.href), { type: 'module', name: 'em-pthread' });
    },
    takesPort: false,
  },
};

export interface HelperService {
  /** For `helpersFrom` at the other end. */
  readonly port: MessagePort;
  /** Ends all that are open. */
  close(): void;
}

export function serveHelpers(): HelperService {
  const { port1: control, port2: port } = new MessageChannel();
  const open = new Map<number, Promise<Worker | undefined>>();
  const end = (id: number) => {
    void open.get(id)?.then((worker) => worker?.terminate());
    open.delete(id);
  };
  control.onmessage = ({ data }: MessageEvent<HelperRequest>) => {
    if ('close' in data) return end(data.close);
    const fail = (message: string) => control.postMessage({ id: data.id, message } satisfies HelperFailure);
    open.set(data.id, startHelper(scripts[data.open], data.port, fail));
  };
  return {
    port,
    close() {
      control.close();
      for (const id of [...open.keys()]) end(id);
    },
  };
}

async function startHelper(
  { start, takesPort }: HelperScript,
  port: MessagePort,
  fail: (message: string) => void,
): Promise<Worker | undefined> {
  let worker: Worker;
  try {
    worker = await start();
  } catch (thrown) {
    fail(thrown instanceof Error ? thrown.message : String(thrown));
    return undefined;
  }
  worker.addEventListener('error', ({ message }) => fail(message || 'its script could not be loaded'));
  if (takesPort) worker.postMessage(port, [port]);
  else handOn(worker, port);
  return worker;
}

/** What changes hands at one end is copied at the other, except ports. */
function handOn(worker: Worker, port: MessagePort): void {
  worker.onmessage = ({ data, ports }) => port.postMessage(data, [...ports]);
  port.onmessage = ({ data, ports }) => worker.postMessage(data, [...ports]);
}

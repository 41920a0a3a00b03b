/**
 * Calls from the page to the lab's worker, in order. Everything a call says goes over the one port that both ends share, and
 * a port keeps its order: when the answer is here, so is every progress before it, and what would still come after it has
 * no call any more and is dropped. (comlink gives each callback a port of its own, and ports are not ordered among
 * themselves: docs/decisions.md.)
 *
 * Of the arguments of a call, functions become callbacks that return nothing, an AbortSignal becomes one of the worker's
 * own, and all others are cloned, or transferred where `transferring` says so. Errors arrive as LabErrors.
 */
import { breathe } from '../breathe';
import { asLabError, LabError } from '../error';
import { fromWire, toWire, type WireError } from './wireError';

/** A Worker, a worker's own scope, or a MessagePort. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  /** Ports deliver nothing before. */
  start?(): void;
}

/** What can be called: every method answers with a promise, so that the interface is the same at both ends. */
export type Callable<Api> = { [Name in keyof Api]: (...values: never[]) => Promise<unknown> };

type Callback = (...values: unknown[]) => void;

/** From page to worker. */
type Asked =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly method: string;
      /** Null in the places of callbacks and signal. */
      readonly values: readonly unknown[];
      readonly callbacks: readonly number[];
      readonly signals: readonly number[];
    }
  | { readonly kind: 'abort'; readonly call: number };

/** From worker to page. */
type Told =
  | { readonly kind: 'progress'; readonly call: number; readonly place: number; readonly values: readonly unknown[] }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly call: number; readonly error: WireError };

const marked = new WeakMap<object, readonly Transferable[]>();

/** Marks an argument or an answer: these of its buffers change hands instead of being copied. */
export function transferring<T extends object>(value: T, transferables: readonly Transferable[]): T {
  marked.set(value, transferables);
  return value;
}

function transferablesOf(values: readonly unknown[]): Transferable[] {
  return values.flatMap((value) => (typeof value === 'object' && value !== null ? (marked.get(value) ?? []) : []));
}

const cancelled = () => new LabError('cancelled', 'The operation was cancelled.');

/** The caller's end. */
export interface CallsConnection<Api> {
  readonly api: Api;
  /**
   * Counts so many milliseconds to every call under way and answers with the most that one has waited since it was made or last
   * heard anything; 0 where none is under way.
   */
  waited(milliseconds: number): number;
  /** Rejects what is under way and every later call with this reason. The port itself stays open. */
  close(reason: LabError): void;
}

interface UnderWay {
  /** Milliseconds. */
  silence: number;
  readonly values: readonly unknown[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LabError) => void;
}

/**
 * The api at the other end of the port. A call whose signal is aborted before it starts is not sent; one that is under way
 * ends as the other side ends it, as a rule by rejecting with code `cancelled`.
 */
export function connectCalls<Api extends Callable<Api>>(endpoint: Endpoint): CallsConnection<Api> {
  const underWay = new Map<number, UnderWay>();
  let calls = 0;
  let closed: LabError | undefined;

  const hear = ({ data }: MessageEvent) => {
    const told = data as Told;
    const call = underWay.get(told.call);
    if (!call) return;
    call.silence = 0;
    if (told.kind === 'progress') (call.values[told.place] as Callback)(...told.values);
    else if (told.kind === 'answer') call.resolve(told.value);
    else call.reject(fromWire(told.error));
  };

  const ask = (method: string, values: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (closed) throw closed;
      const call = ++calls;
      const [callbacks, signals] = [placesOf(values, isCallback), placesOf(values, isSignal)];
      const given = signals.map((place) => values[place] as AbortSignal);
      if (given.some(({ aborted }) => aborted)) throw cancelled();
      const abort = () => endpoint.postMessage({ kind: 'abort', call } satisfies Asked, []);
      const settled = () => {
        underWay.delete(call);
        for (const signal of given) signal.removeEventListener('abort', abort);
      };
      const plain = values.map((value) => (isCallback(value) || isSignal(value) ? null : value));
      const asked: Asked = { kind: 'call', call, method, values: plain, callbacks, signals };
      try {
        endpoint.postMessage(asked, transferablesOf(plain));
      } catch (thrown) {
        throw asLabError(thrown);
      }
      for (const signal of given) signal.addEventListener('abort', abort);
      underWay.set(call, {
        silence: 0,
        values,
        resolve: (value) => {
          settled();
          resolve(value);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });

  endpoint.addEventListener('message', hear);
  endpoint.start?.();
  return {
    api: methods(ask) as Api,
    waited(milliseconds) {
      for (const call of underWay.values()) call.silence += milliseconds;
      return Math.max(0, ...[...underWay.values()].map(({ silence }) => silence));
    },
    close(reason) {
      closed = reason;
      endpoint.removeEventListener('message', hear);
      for (const call of [...underWay.values()]) call.reject(reason);
    },
  };
}

/** Any name is a method, except what would make a promise of the object (`await` asks for `then`). */
function methods(ask: (method: string, values: readonly unknown[]) => Promise<unknown>): object {
  return new Proxy(
    {},
    {
      get: (_, name) =>
        typeof name === 'symbol' || name === 'then' ? undefined : (...values: unknown[]) => ask(name, values),
    },
  );
}

/**
 * Answers calls on `api`, side by side. A callback that is called after its call was answered does nothing. A call that can
 * be aborted starts a turn later, so that one aborted as soon as it was made never starts, however short it is.
 */
export function serveCalls<Api extends Callable<Api>>(api: Api, endpoint: Endpoint): void {
  const underWay = new Map<number, AbortController>();

  const tell = (told: Told, transfer: Transferable[] = []) => endpoint.postMessage(told, transfer);

  const answer = async ({ call, method, values, callbacks, signals }: Extract<Asked, { kind: 'call' }>) => {
    const controller = new AbortController();
    underWay.set(call, controller);
    const callbackAt = (place: number): Callback => {
      return (...said) => {
        if (underWay.get(call) === controller)
          tell({ kind: 'progress', call, place, values: said }, transferablesOf(said));
      };
    };
    const own = values.map((value, place) => {
      if (callbacks.includes(place)) return callbackAt(place);
      return signals.includes(place) ? controller.signal : value;
    });
    try {
      if (signals.length > 0) await breathe();
      if (controller.signal.aborted) throw cancelled();
      const value = await (api as Callable<Record<string, unknown>>)[method]!(...(own as never[]));
      underWay.delete(call);
      tell({ kind: 'answer', call, value }, transferablesOf([value]));
    } catch (thrown) {
      underWay.delete(call);
      tell({ kind: 'failure', call, error: toWire(thrown) });
    }
  };

  endpoint.addEventListener('message', ({ data }) => {
    const asked = data as Asked;
    if (asked.kind === 'call') void answer(asked);
    else underWay.get(asked.call)?.abort(cancelled());
  });
  endpoint.start?.();
}

const isCallback = (value: unknown): value is Callback => typeof value === 'function';
const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal;

function placesOf(values: readonly unknown[], is: (value: unknown) => boolean): readonly number[] {
  return values.flatMap((value, place) => (is(value) ? [place] : []));
}

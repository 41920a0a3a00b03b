import { afterEach, describe, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { connectCalls, serveCalls, transferring, type Callable } from '../../src/worker/calls';
import { lateChannel } from './lateChannel';

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Delays that come out the same each time, none to four milliseconds. */
function delays(seed: number): () => number {
  let state = seed;
  return () => ((state = (state * 1664525 + 1013904223) >>> 0), (state >>> 16) % 5);
}

function late<Api extends Callable<Api>>(api: Api, delay: () => number = () => 1) {
  const [page, worker] = lateChannel(delay);
  serveCalls<Api>(api, worker);
  return { page, worker, ...connectCalls<Api>(page) };
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function acrossPorts<Api extends Callable<Api>>(api: Api): Api {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serveCalls<Api>(api, port1);
  return connectCalls<Api>(port2).api;
}

/** Ends when its signal is aborted. */
const untilAborted = (signal?: AbortSignal) =>
  new Promise<string>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));

describe('progress and answer', () => {
  const counting = {
    count: async (to: number, onNumber: (n: number) => void) => {
      for (let n = 1; n <= to; n++) {
        onNumber(n);
        if (n % 3 === 0) await wait(1);
      }
      return to;
    },
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('arrive in order however late they are: delays %i', async (seed) => {
    const { api } = late(counting, delays(seed));
    const told = await Promise.all(
      Array.from({ length: 8 }, async (_, at) => {
        const events: unknown[] = [];
        const answer = await api.count(at + 5, (n) => void events.push(n));
        events.push('answer');
        expect(answer).toBe(at + 5);
        return events;
      }),
    );
    await wait(20);
    for (const [at, events] of told.entries()) {
      expect(events).toEqual([...Array.from({ length: at + 5 }, (_, n) => n + 1), 'answer']);
    }
  });

  it('end together: what is told after the answer is not sent', async () => {
    let tell!: (n: number) => void;
    const { api, worker } = late({
      answerFirst: async (onNumber: (n: number) => void) => {
        tell = onNumber;
        onNumber(1);
        return 'answered';
      },
    });
    const seen: number[] = [];
    expect(await api.answerFirst((n) => void seen.push(n))).toBe('answered');
    tell(2);
    await wait(10);
    expect(seen).toEqual([1]);
    expect(worker.posted).toHaveLength(2);
  });

  it('end together: progress that comes after the answer is dropped where it arrives', async () => {
    const [page, worker] = lateChannel(() => 1);
    const { api } = connectCalls<{ generate(onPiece: (piece: string) => void): Promise<string> }>(page);
    worker.addEventListener('message', ({ data: { call } }) => {
      worker.postMessage({ kind: 'progress', call, place: 0, values: ['a'] }, []);
      worker.postMessage({ kind: 'answer', call, value: 'ab' }, []);
      worker.postMessage({ kind: 'progress', call, place: 0, values: ['b'] }, []);
      worker.postMessage({ kind: 'failure', call, error: {} }, []);
    });
    let state = '';
    state = await api.generate((piece) => (state += piece));
    await wait(20);
    expect(state).toBe('ab');
  });

  it('belong to their own call and their own callback', async () => {
    const { api } = late({
      both: async (left: (n: number) => void, name: string, right: (n: number, s: string) => void) => {
        left(1);
        right(2, name);
        left(3);
        return name;
      },
    });
    const seen: unknown[] = [];
    await api.both(
      (n) => void seen.push(['left', n]),
      'name',
      (n, s) => void seen.push(['right', n, s]),
    );
    expect(seen).toEqual([
      ['left', 1],
      ['right', 2, 'name'],
      ['left', 3],
    ]);
  });
});

describe('a signal', () => {
  const waiting = {
    wait: async (name: string, signal?: AbortSignal) => untilAborted(signal).then(() => name),
    answer: async (name: string, _signal?: AbortSignal) => name,
  };

  it('stops its own call and no other', async () => {
    const { api } = late(waiting);
    const [first, second] = [new AbortController(), new AbortController()];
    const settled: string[] = [];
    const note = (name: string) => (error: LabError) => void settled.push(`${name} ${error.code}`);
    const calls = [
      api.wait('first', first.signal).catch(note('first')),
      api.wait('second', second.signal).catch(note('second')),
    ];
    await wait(10);
    first.abort();
    await calls[0];
    await wait(20);
    expect(settled).toEqual(['first cancelled']);
    second.abort();
    await calls[1];
    expect(settled).toEqual(['first cancelled', 'second cancelled']);
  });

  it('that is aborted before the call keeps it from being sent', async () => {
    const { api, page } = late(waiting);
    await expect(api.wait('never', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(page.posted).toEqual([]);
  });

  it('that is aborted right after the call reaches it, and one that would be over at once never starts', async () => {
    let started = 0;
    const api = acrossPorts({ count: async (signal: AbortSignal) => (signal.throwIfAborted(), ++started) });
    const controller = new AbortController();
    const call = api.count(controller.signal);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(started).toBe(0);
    expect(await api.count(new AbortController().signal)).toBe(1);
  });

  it('that comes too late changes nothing', async () => {
    const { api, page } = late(waiting);
    const controller = new AbortController();
    const call = api.answer('done', controller.signal);
    await wait(4);
    controller.abort();
    expect(await call).toBe('done');
    controller.abort();
    const afterwards = new AbortController();
    await api.answer('again', afterwards.signal);
    const sent = page.posted.length;
    afterwards.abort();
    await wait(5);
    expect(page.posted).toHaveLength(sent);
  });

  it('may serve several calls, and may be left out', async () => {
    const { api } = late(waiting);
    const controller = new AbortController();
    const both = Promise.allSettled([api.wait('a', controller.signal), api.wait('b', controller.signal)]);
    expect(await api.answer('c')).toBe('c');
    controller.abort();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('an error', () => {
  it('arrives with all fields of a LabError', async () => {
    const error = new LabError('lab/example', 'The message.', 'The hint.', { tensor: 'lm_head.weight', bytes: 544 });
    const { api } = late({ fail: (): Promise<void> => Promise.reject(error) });
    const caught: unknown = await api.fail().catch((thrown: unknown) => thrown);
    expect(caught).toBeInstanceOf(LabError);
    expect((caught as LabError).toJSON()).toEqual(error.toJSON());
  });

  it('of any other kind becomes one, and loses only details that cannot be sent', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const { api } = late({
      plain: (): Promise<void> => {
        throw new TypeError('no such thing');
      },
      circular: (): Promise<void> => Promise.reject(new LabError('lab/circular', 'Message.', 'Hint.', circular)),
    });
    await expect(api.plain()).rejects.toMatchObject({ code: 'internal', message: 'no such thing' });
    await expect(api.circular()).rejects.toMatchObject({ code: 'lab/circular', hint: 'Hint.', details: {} });
  });

  it('is what a value that cannot be cloned ends in, sent, told or answered', async () => {
    const api = acrossPorts({
      take: async (_: unknown) => undefined,
      tell: async (onValue: (value: unknown) => void) => onValue(() => 1),
      give: async () => ({ not: () => 'cloneable' }),
    });
    await expect(api.take({ nested: () => 1 })).rejects.toMatchObject({ name: 'LabError', code: 'internal' });
    await expect(api.tell(() => undefined)).rejects.toMatchObject({ name: 'LabError', code: 'internal' });
    await expect(api.give()).rejects.toMatchObject({ name: 'LabError', code: 'internal' });
    await expect(api.take(1)).resolves.toBeUndefined();
  });

  it('is what a call that nobody answers ends in', async () => {
    const { api } = late<{ missing?: () => Promise<void> }>({});
    await expect(api.missing!()).rejects.toMatchObject({ code: 'internal' });
  });

  it('ends every call when the connection is closed', async () => {
    const { api, close } = late({ wait: () => untilAborted() });
    const call = api.wait();
    const reason = new LabError('worker/terminated', 'Ended.');
    close(reason);
    await expect(call).rejects.toBe(reason);
    await expect(api.wait()).rejects.toBe(reason);
  });
});

describe('an array', () => {
  const api = () =>
    acrossPorts({
      double: async (values: Float32Array, onHalf: (half: Float32Array) => void) => {
        const half = values.slice(0, values.length / 2);
        onHalf(transferring(half, [half.buffer]));
        const doubled = values.map((value) => 2 * value);
        const answer = transferring(doubled, [doubled.buffer]);
        left = () => [half.byteLength, doubled.byteLength];
        return answer;
      },
    });
  let left: () => number[];

  it('changes hands where it is marked, in all three directions', async () => {
    const values = Float32Array.of(1, 2, 3, 4);
    const halves: Float32Array[] = [];
    const doubled = await api().double(transferring(values, [values.buffer]), (half) => void halves.push(half));
    expect([...doubled]).toEqual([2, 4, 6, 8]);
    expect(halves.map((half) => [...half])).toEqual([[1, 2]]);
    expect(values.byteLength).toBe(0);
    expect(left()).toEqual([0, 0]);
  });

  it('is copied where it is not', async () => {
    const values = Float32Array.of(1, 2);
    await api().double(values, () => undefined);
    expect([...values]).toEqual([1, 2]);
  });
});

it('the api is no promise, so that it can be handed on by an async function', async () => {
  const { api } = late({ name: async () => 'lab' });
  const handed = await Promise.resolve(api);
  expect(await handed.name()).toBe('lab');
});

// A worker that never answers is told of in time, and what is slow, hidden, paused or asleep is not taken for one.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectCalls } from '../../src/worker/calls';
import { longSilence, watchSilence } from '../../src/ui/state/silence';

interface Slow {
  work(onProgress: (done: number) => void): Promise<string>;
  ask(): Promise<string>;
}

const [tick, minute] = [5_000, 60_000];
let [page, worker]: MessagePort[] = [];
let time: number;
let isExcused: boolean;
let isSilent: boolean;
let onTick: () => void;
let connection: ReturnType<typeof connectCalls<Slow>>;

beforeEach(() => {
  const { port1, port2 } = new MessageChannel();
  [page, worker, time, isExcused, isSilent] = [port1, port2, 0, false, false];
  connection = connectCalls<Slow>(page!);
  watchSilence(
    { waited: connection.waited, isExcused: () => isExcused, tell: (is) => (isSilent = is) },
    { now: () => time, every: (_, run) => (onTick = run) },
  );
});
afterEach(() => {
  page!.close();
  worker!.close();
});

/** As the clock of a page that is awake goes on. */
function pass(milliseconds: number): void {
  for (const end = time + milliseconds; time < end; onTick()) time += tick;
}

/** From the other side; the call's number is its place among all. */
async function tell(message: { kind: 'progress' | 'answer'; call: number; value?: string }): Promise<void> {
  worker!.postMessage({ place: 0, values: [1], ...message });
  await new Promise((resolve) => setTimeout(resolve, 10));
}

test('a call without a word is told of after minutes, and no sooner', () => {
  void connection.api.work(() => undefined);
  pass(longSilence - tick);
  expect(isSilent).toBe(false);
  pass(tick);
  expect(isSilent).toBe(true);
});

test('it is taken back when progress comes, and told again where nothing follows', async () => {
  void connection.api.work(() => undefined);
  pass(longSilence);
  await tell({ kind: 'progress', call: 1 });
  pass(tick);
  expect(isSilent).toBe(false);
  pass(longSilence - 2 * tick);
  expect(isSilent).toBe(false);
  pass(tick);
  expect(isSilent).toBe(true);
});

test('progress now and then keeps it quiet for as long as the call takes', async () => {
  void connection.api.work(() => undefined);
  for (let at = 0; at < 5; at++) {
    pass(2 * minute);
    expect(isSilent).toBe(false);
    await tell({ kind: 'progress', call: 1 });
  }
});

test('an answer takes it back, and another call that is answered does not', async () => {
  const [hung, other] = [connection.api.work(() => undefined), connection.api.ask()];
  pass(longSilence);
  await tell({ kind: 'answer', call: 2, value: 'here' });
  expect(await other).toBe('here');
  pass(tick);
  expect(isSilent).toBe(true);
  await tell({ kind: 'answer', call: 1, value: 'late' });
  expect(await hung).toBe('late');
  pass(tick);
  expect(isSilent).toBe(false);
});

test('with no call under way nothing is told', () => {
  pass(60 * minute);
  expect(isSilent).toBe(false);
});

test('time does not count while a run is paused or the tab hidden', () => {
  void connection.api.work(() => undefined);
  isExcused = true;
  pass(60 * minute);
  isExcused = false;
  pass(longSilence - tick);
  expect(isSilent).toBe(false);
  pass(tick);
  expect(isSilent).toBe(true);
});

test('nor while the machine slept', () => {
  void connection.api.work(() => undefined);
  time += 8 * 60 * minute;
  onTick();
  pass(longSilence - tick);
  expect(isSilent).toBe(false);
});

test('a connection that was closed waits for nothing', async () => {
  const hung = connection.api.ask();
  pass(longSilence);
  connection.close(new Error('ended') as never);
  await expect(hung).rejects.toThrow('ended');
  pass(tick);
  expect(isSilent).toBe(false);
});

// The speed of this machine, from visit to visit.
import { describe, expect, test } from 'vitest';
import { Speeds, type KnownSpeed, type SpeedStore } from '../../src/worker/speeds';

/** A browser that keeps what it is given; each `visit` knows only that. */
function browser() {
  let kept: Readonly<Record<string, KnownSpeed>> = {};
  const store: SpeedStore = {
    read: () => Promise.resolve(kept),
    write: (known) => {
      kept = JSON.parse(JSON.stringify(known)) as typeof kept;
      return Promise.resolve();
    },
  };
  return { visit: () => new Speeds(store), kept: () => kept };
}
const timed = (speed: number) => () => Promise.resolve(speed);
const notTimed = () => Promise.reject(new Error('was timed'));

describe('before a run', () => {
  test('is seven tenths of the fastest that matrix products were in any visit', async () => {
    const { visit } = browser();
    expect((await visit().settle('a', timed(100))).newest).toBe(70);
    expect((await visit().settle('a', timed(60))).newest).toBe(70);
    expect((await visit().settle('a', timed(120))).newest).toBe(84);
    expect((await visit().of('a', 50)).newest).toBe(84);
  });

  test('is of one engine and shape of model', async () => {
    const speeds = browser().visit();
    await speeds.learn('a', 500);
    expect((await speeds.of('b', 100)).newest).toBe(70);
  });
});

describe('once a run is known', () => {
  test('is what its steps reached, at once and in the next visit, and nothing is timed for it', async () => {
    const { visit } = browser();
    const first = visit();
    await first.settle('a', timed(100));
    await first.learn('a', 130);
    expect((await first.of('a', 100)).newest).toBe(130);
    expect((await first.settle('a', notTimed)).newest).toBe(130);
    expect((await visit().settle('a', notTimed)).newest).toBe(130);
  });

  test('is the newest, also where that was slower', async () => {
    const speeds = browser().visit();
    await speeds.learn('a', 130);
    await speeds.learn('a', 90);
    expect((await speeds.of('a', 100)).newest).toBe(90);
  });
});

describe('what budgets are sized by', () => {
  test('stays for the visit, whatever a run says', async () => {
    const speeds = browser().visit();
    await speeds.settle('a', timed(100));
    await speeds.learn('a', 700);
    expect(await speeds.settle('a', notTimed)).toEqual({ newest: 700, sized: 70 });
  });

  test('stays from visit to visit up to twice and down to half, and follows beyond', async () => {
    const { visit } = browser();
    await visit().settle('a', timed(100));
    await visit().learn('a', 140);
    expect((await visit().settle('a', notTimed)).sized).toBe(70);
    await visit().learn('a', 35);
    expect((await visit().settle('a', notTimed)).sized).toBe(70);
    await visit().learn('a', 141);
    expect((await visit().settle('a', notTimed)).sized).toBe(141);
  });

  test('is not settled by a look at the speed', async () => {
    const speeds = browser().visit();
    expect((await speeds.of('a', 10)).sized).toBe(7);
    expect((await speeds.settle('a', timed(100))).sized).toBe(70);
  });
});

test('where nothing can be kept, it is known for as long as the tab', async () => {
  const speeds = new Speeds({ read: notTimed, write: notTimed });
  await speeds.learn('a', 130);
  expect((await speeds.settle('a', notTimed)).newest).toBe(130);
});

// That Dawn's questions rest, on the module as it is, and that nothing else that asks for `setImmediate` does.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { restBetweenPolls } from '../../src/headless/dawnPolling';
import { openTestDevice } from '../support/gpu';

type Callback = (...given: unknown[]) => void;

/** A scope whose `setImmediate` writes down what it is given. */
function scopeOf(asked: unknown[][]) {
  const scope = { setImmediate: (...given: unknown[]) => asked.push(given) } as unknown as typeof globalThis;
  restBetweenPolls(scope);
  return scope.setImmediate as unknown as (callback: Callback, ...given: unknown[]) => void;
}

/** As Dawn's are, for anyone who looks: without a name, and native. */
function nativeLike(callback: () => void): Callback {
  const bound = callback.bind(undefined);
  Object.defineProperty(bound, 'name', { value: '' });
  return bound;
}

describe('polls', () => {
  afterEach(() => vi.useRealTimers());

  test('go on at once for 16 ms, and rest for one from then on', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    const asked: unknown[][] = [];
    const setImmediate = scopeOf(asked);
    let polls = 0;
    const poll = nativeLike(() => {
      polls++;
      setImmediate(poll);
    });
    const turn = () => {
      const [callback, ...given] = asked.shift() as [Callback, ...unknown[]];
      callback(...given);
    };
    setImmediate(poll);
    for (let at = 0; at < 15; at++) {
      vi.advanceTimersByTime(1);
      turn();
    }
    expect([polls, asked.length]).toEqual([15, 1]);
    vi.advanceTimersByTime(1);
    turn();
    expect([polls, asked.length]).toEqual([16, 0]);
    vi.advanceTimersByTime(10);
    expect([polls, asked.length]).toEqual([26, 0]);
    // Another wait, begun by somebody else meanwhile, is short again.
    setImmediate(nativeLike(() => undefined));
    expect(asked).toHaveLength(1);
  });

  test('rest once a scope, however often it is asked for', () => {
    const asked: unknown[][] = [];
    const scope = { setImmediate: (...given: unknown[]) => asked.push(given) } as unknown as typeof globalThis;
    restBetweenPolls(scope);
    const first = scope.setImmediate;
    restBetweenPolls(scope);
    expect(scope.setImmediate).toBe(first);
  });
});

test('what anyone else asks for is passed on as it is', () => {
  const asked: unknown[][] = [];
  const setImmediate = scopeOf(asked);
  const callback = () => undefined;
  const native = nativeLike(() => undefined);
  setImmediate(callback);
  const bound = callback.bind(undefined);
  setImmediate(native, 1, 'two');
  setImmediate(bound);
  expect(asked).toEqual([[callback], [native, 1, 'two'], [bound]]);
  expect(asked[2]![0]).toBe(bound);
});

test('Dawn rests while it waits for long', async () => {
  const { gpu: device } = await openTestDevice();
  const rests = vi.spyOn(globalThis, 'setTimeout');
  const code = `
    @group(0) @binding(0) var<storage, read_write> sums: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      var sum = 0.0;
      for (var i = 0u; i < 20000000u / 64u; i++) { sum = fract(sum * 0.5 + f32(id.x + i) * 0.001); }
      sums[id.x] = sum;
    }`;
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const buffer = device.createBuffer({ size: 4 * 64 * 64, usage: GPUBufferUsage.STORAGE });
  const entries = [{ binding: 0, resource: { buffer } }];
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(64);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  expect(rests.mock.calls.filter(([, milliseconds]) => milliseconds === 1).length).toBeGreaterThan(3);
  rests.mockRestore();
});

import { afterEach, describe, expect, it, vi } from 'vitest';

const minute = 60_000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.resetModules();
});

describe('the private file system', () => {
  it('is asked for something more often than every ten minutes, once for all who use it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const asked = vi.spyOn(FileSystemDirectoryHandle.prototype, 'entries');
    const { privateRoot } = await import('../../src/worker/privateRoot');
    expect(await privateRoot()).toBeDefined();
    await privateRoot();
    expect(asked).not.toHaveBeenCalled();
    for (let passed = 5; passed <= 60; passed += 5) {
      asked.mockClear();
      await vi.advanceTimersByTimeAsync(5 * minute);
      // Every four minutes: once or twice in five.
      expect(asked.mock.calls.length).toBeGreaterThanOrEqual(1);
      expect(asked.mock.calls.length).toBeLessThanOrEqual(2);
    }
  });

  it('is asked for nothing where there is none', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(new DOMException('turned off', 'SecurityError'));
    const { privateRoot } = await import('../../src/worker/privateRoot');
    expect(await privateRoot()).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});

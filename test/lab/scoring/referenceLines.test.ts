import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { xzSize } from '../../../src/headless/xzWorker';
import { referenceLines, type ReferenceName } from '../../../src/lab/scoring/referenceLines';
import { joined, xzSizeWith, type CompressedSize, type XzWorker } from '../../../src/lab/scoring/xzSize';

const sample = (name: string) => readFileSync(new URL(`../../../public/samples/${name}`, import.meta.url));
const molecules = sample('molecules.smi').toString('utf8').trimEnd().split('\n');

type Lines = Readonly<Record<ReferenceName, number>>;

/** By name; xz is left out where a test is not about it. */
async function linesOf(
  training: readonly string[],
  heldOut: readonly string[],
  size: CompressedSize = async () => 0,
): Promise<Lines> {
  const lines = await referenceLines(training, heldOut, { xzSize: size });
  return Object.fromEntries(lines.map(({ name, bitsPerByte }) => [name, bitsPerByte])) as Lines;
}

/** A worker that never answers. */
function idleWorker(terminate: () => unknown = () => undefined): XzWorker {
  return { postMessage() {}, addEventListener() {}, removeEventListener() {}, terminate };
}

function withResolver(): { readonly promise: Promise<unknown>; readonly resolve: (value?: unknown) => void } {
  let resolve: (value?: unknown) => void = () => undefined;
  const promise = new Promise<unknown>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('reference lines of counted bytes', () => {
  it('are those that can be counted by hand: half a count for each of 256 bytes in every context', async () => {
    const { uniform, unigrams, bigrams } = await linesOf(['aab'], ['ab']);
    expect(uniform).toBe(8);
    expect(unigrams).toBeCloseTo((Math.log2(131 / 2.5) + Math.log2(131 / 1.5)) / 2, 12);
    // a after a start: once in one; b after a: once in two.
    expect(bigrams).toBeCloseTo((Math.log2(129 / 1.5) + Math.log2(130 / 1.5)) / 2, 12);
  });

  it('learn nothing across the end of a document, nor from held-out text', async () => {
    const { bigrams } = await linesOf(['ab', 'ab'], ['b', 'ba', 'b']);
    const unseen = Math.log2(130 / 0.5);
    expect(bigrams).toBeCloseTo((3 * unseen + Math.log2(128 / 0.5)) / 4, 12);
  });

  it('are a uniform guess where there is no training text, and count bytes, not characters', async () => {
    const { unigrams, bigrams } = await linesOf([], ['逸飛🌿']);
    expect(unigrams).toBeCloseTo(8, 12);
    expect(bigrams).toBeCloseTo(8, 12);
    const seen = await linesOf(['\u{00e9}'], ['\u{00e9}']);
    expect(seen.unigrams).toBeCloseTo(Math.log2(130 / 1.5), 12);
  });

  it('read a corpus in batches as they read it from memory', async () => {
    const batches = async function* () {
      yield molecules.slice(0, 50);
      yield molecules.slice(50, 300);
    };
    const streamed = await referenceLines(batches, molecules.slice(300, 320), { xzSize: async () => 0 });
    const inMemory = await referenceLines(molecules.slice(0, 300), molecules.slice(300, 320), {
      xzSize: async () => 0,
    });
    expect(streamed).toEqual(inMemory);
  });

  it('stand in order on molecules: the more is known, the fewer bits', async () => {
    const { uniform, unigrams, bigrams, xz } = await linesOf(
      molecules.slice(0, 2000),
      molecules.slice(2000, 2300),
      xzSize,
    );
    expect(unigrams).toBeLessThan(uniform);
    expect(bigrams).toBeLessThan(unigrams);
    // As a few lines of Python count them, and as Python's lzma compresses.
    expect([unigrams, bigrams, xz].map((bits) => bits.toFixed(4))).toEqual(['3.3840', '2.2898', '2.1957']);
  });

  it('refuse an experiment without held-out text', async () => {
    await expect(linesOf(['ab'], [''])).rejects.toMatchObject({ code: 'lab/no-held-out-text' });
  });

  it('give the event loop its turn, and stop when asked', async () => {
    const large = ['C1=CC=CC=C1'.repeat(400_000)];
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await linesOf(large, ['a']);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    const stopped = referenceLines(large, ['a'], { xzSize: async () => 0, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('xz', () => {
  // As `xz` and Python's lzma.compress make them.
  it.each([
    ['molecules.smi', 0, 32],
    ['molecules.smi', 10, 68],
    ['molecules.smi', 65_536, 14_176],
    ['tang-poems.txt', 8192, 5228],
    ['general-english.txt', 247_855, 87_888],
  ])('makes of %s, its first %i bytes, %i bytes', async (name, bytes, expected) => {
    expect(await xzSize(new Uint8Array(sample(name).subarray(0, bytes)))).toBe(expected);
  });

  it('compresses two texts at once, each in a worker of its own', async () => {
    const first = (bytes: number) => xzSize(new Uint8Array(sample('molecules.smi').subarray(0, bytes)));
    expect(await Promise.all([first(65_536), first(10)])).toEqual([14_176, 68]);
  });

  it('stops when asked, before and while it works, and ends its worker', async () => {
    await expect(xzSize(new Uint8Array(1), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    const controller = new AbortController();
    let ended = 0;
    const stopped = xzSizeWith(async () => {
      setTimeout(() => controller.abort());
      return idleWorker(() => ended++);
    })(new Uint8Array(1), controller.signal);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(ended).toBe(1);
  });

  it('ends a worker that starts only after it was stopped', async () => {
    const controller = new AbortController();
    const { promise: end, resolve: ended } = withResolver();
    const stopped = xzSizeWith(async () => {
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return idleWorker(ended);
    })(new Uint8Array(1), controller.signal);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    await end;
  });

  it('says so when its worker cannot run', async () => {
    const failing = xzSizeWith(async (onFailure) => {
      setTimeout(() => onFailure(new Error('no such file')));
      return idleWorker();
    });
    await expect(failing(new Uint8Array(1))).rejects.toMatchObject({ code: 'lab/no-xz' });
    const missing = xzSizeWith(() => Promise.reject(new Error('no such file')));
    await expect(missing(new Uint8Array(1))).rejects.toThrow('no such file');
  });

  it('gets documents one after the other, with nothing between', () => {
    expect(joined([Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3));
  });
});

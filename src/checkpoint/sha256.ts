/**
 * SHA-256 of a stream (FIPS 180-4). Written by hand because WebCrypto digests only what lies in memory whole, and a
 * gigabyte of weights must not.
 */
import { chunksOf, type FileContent } from './sink';

export async function sha256(content: FileContent): Promise<{ readonly hex: string; readonly bytes: number }> {
  const hash = new Sha256();
  for await (const chunk of chunksOf(content)) hash.update(chunk);
  return { bytes: hash.bytes, hex: hash.hex() };
}

/** First 32 bits of the fractional parts of cube (k) and square (h) roots of the first primes. */
const [ROUND, START] = (() => {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 2 ** 32);
  return [
    Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  ];
})();

export class Sha256 {
  bytes = 0;
  private readonly state = START.slice();
  private readonly block = new Uint8Array(64);
  private readonly schedule = new Int32Array(64);

  update(chunk: Uint8Array): void {
    let at = 0;
    const filled = this.bytes % 64;
    this.bytes += chunk.length;
    if (filled > 0) {
      at = Math.min(64 - filled, chunk.length);
      this.block.set(chunk.subarray(0, at), filled);
      if (filled + at < 64) return;
      this.compress(this.block, 0);
    }
    for (; at + 64 <= chunk.length; at += 64) this.compress(chunk, at);
    this.block.set(chunk.subarray(at));
  }

  /** Ends the message: call once. */
  hex(): string {
    const { bytes } = this;
    const padding = new Uint8Array(((119 - (bytes % 64)) % 64) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(bytes) * 8n);
    this.update(padding);
    this.bytes = bytes;
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  private compress(from: Uint8Array, at: number): void {
    const { schedule: w, state } = this;
    for (let i = 0; i < 16; i++) {
      const j = at + i * 4;
      w[i] = (from[j]! << 24) | (from[j + 1]! << 16) | (from[j + 2]! << 8) | from[j + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
    }
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i]! + w[i]!) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }
}

function rotate(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by));
}

/**
 * Seeded normal numbers for initial rows. Generator: sfc32 (Chris Doty-Humphrey's PractRand, 128 bits of state), state
 * filled by splitmix32 from the seed and a path of integers; normals by Box-Muller in f64. A row's numbers depend on its
 * own path only, so asking for more tokens does not change the rows of the others.
 */
import { splitmix32 } from '../random';

export class NormalGenerator {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private spare: number | undefined;

  constructor(seed: number, ...path: readonly number[]) {
    let mixed = 0x9e3779b9;
    for (const part of [seed, ...path]) {
      mixed = splitmix32(mixed ^ (part >>> 0));
      mixed = splitmix32(mixed ^ (Math.floor(part / 2 ** 32) >>> 0));
    }
    this.a = mixed = splitmix32(mixed);
    this.b = mixed = splitmix32(mixed);
    this.c = splitmix32(mixed);
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  nextUint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** One draw from N(0, 1). */
  next(): number {
    if (this.spare !== undefined) {
      const kept = this.spare;
      this.spare = undefined;
      return kept;
    }
    // In (0, 1]: the logarithm stays finite.
    const radius = Math.sqrt(-2 * Math.log((this.nextUint32() + 1) / 2 ** 32));
    const angle = (2 * Math.PI * this.nextUint32()) / 2 ** 32;
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

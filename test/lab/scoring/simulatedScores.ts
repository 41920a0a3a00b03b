/** Scores of simulated experiments: a model of two crossed levels whose truth is known. */
import { seededRandom, type Random } from '../../../src/random';
import type { DocumentScores } from '../../../src/lab/scoring/bootstrap';
import type { SeedScores } from '../../../src/lab/scoring/seededDifference';

export interface Levels {
  /** Mean of arm - control in bits per byte. */
  readonly mean: number;
  /** Standard deviations in bits per byte: of seeds, of documents (the same for every seed), of neither alone. */
  readonly seeds: number;
  readonly documents: number;
  readonly both?: number;
}

export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Every document of `bytes` bytes and tokens of `bytesPerToken`. */
export function documentScores(
  bitsPerByte: readonly number[],
  { bytes = 100, bytesPerToken = 2, lost = 0 } = {},
): DocumentScores {
  return {
    nats: bitsPerByte.map((bits) => bits * Math.LN2 * bytes),
    bytes: bitsPerByte.map(() => bytes),
    tokens: bitsPerByte.map(() => bytes / bytesPerToken),
    lostBytes: bitsPerByte.map((_, document) => (document === 0 ? lost : 0)),
  };
}

export const flat = (bitsPerByte: number, documents: number, options?: Parameters<typeof documentScores>[1]) =>
  documentScores(Array<number>(documents).fill(bitsPerByte), options);

export const bySeed = (...scores: DocumentScores[]): SeedScores[] =>
  scores.map((each, n) => ({ seed: n + 1, scores: each }));

/** Control at 2 bits per byte with hard and easy documents; the arm at the levels' difference from it. */
export function simulate(levels: Levels, seeds: number, documents: number, seed: number) {
  const random = seededRandom(seed);
  const hardness = Array.from({ length: documents }, () => 2 + gaussian(random));
  const ofDocuments = hardness.map(() => levels.documents * gaussian(random));
  const control: DocumentScores[] = [];
  const arm: DocumentScores[] = [];
  for (let n = 0; n < seeds; n++) {
    const ofSeed = levels.seeds * gaussian(random);
    control.push(documentScores(hardness));
    arm.push(
      documentScores(
        hardness.map(
          (bits, d) => bits + levels.mean + ofSeed + ofDocuments[d]! + (levels.both ?? 0) * gaussian(random),
        ),
      ),
    );
  }
  return { arm: bySeed(...arm), control: bySeed(...control) };
}

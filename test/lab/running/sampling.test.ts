import { describe, expect, it } from 'vitest';
import { pickToken, type SamplingOptions } from '../../../src/lab/running/sampling';
import { seededRandom } from '../../../src/random';

const probabilities = [0.05, 0.5, 0.2, 0.15, 0.1];
const logits = Float32Array.from(probabilities, Math.log);

/** How often each id is drawn. */
function draws(options: SamplingOptions, count = 4000, allowed?: (id: number) => boolean): number[] {
  const random = seededRandom(3);
  const times = probabilities.map(() => 0);
  for (let i = 0; i < count; i++) times[pickToken(logits, options, random, allowed)]!++;
  return times.map((each) => each / count);
}

describe('pickToken', () => {
  it('takes the likeliest at temperature 0', () => {
    expect(draws({ temperature: 0, topK: 0 }, 10)).toEqual([0, 1, 0, 0, 0]);
  });

  it('draws by probability', () => {
    for (const [id, share] of draws({ temperature: 1, topK: 0 }).entries())
      expect(share).toBeCloseTo(probabilities[id]!, 1);
  });

  it('draws among the k likeliest only', () => {
    const shares = draws({ temperature: 1, topK: 2 });
    expect(shares.map((share) => share > 0)).toEqual([false, true, true, false, false]);
    expect(shares[1]).toBeCloseTo(0.5 / 0.7, 1);
  });

  it('draws among the likeliest that together reach the probability, with the one that reaches it', () => {
    expect(draws({ temperature: 1, topK: 0, topP: 0.69 }).map((share) => share > 0)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(draws({ temperature: 1, topK: 0, topP: 0.71 }).map((share) => share > 0)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(draws({ temperature: 1, topK: 0, topP: 0 }).map((share) => share > 0)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('reckons the probability after top k, as transformers does', () => {
    // Of 0.5 and 0.2 alone, the first has 0.714.
    expect(draws({ temperature: 1, topK: 2, topP: 0.71 }).map((share) => share > 0)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('draws no id that is not allowed', () => {
    const shares = draws({ temperature: 1, topK: 3, topP: 0.99 }, 4000, (id) => id !== 1);
    expect(shares[1]).toBe(0);
    expect(shares[2]).toBeGreaterThan(0.3);
  });
});

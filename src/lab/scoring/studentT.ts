/**
 * What few units cost. A bootstrap over n units draws means whose variance is (n - 1) / n of the unbiased one, and its
 * percentiles are those of a normal, where few units need Student's t. Over three units the percentile interval is no more
 * than lowest to highest: it holds the truth three times in four, not nineteen in twenty. So deviations of the draws are
 * widened by
 *
 *     t(0.975, n - 1) / z(0.975) x sqrt(n / (n - 1))
 *
 * which is 9.2 for two units, 2.7 for three, 1.6 for five, 1.04 for fifty (Hesterberg, "What teachers should know about the
 * bootstrap", 2015: the expanded percentile interval; scaled here instead of read further out, where few draws differ).
 */

/** 97.5th percentile of the standard normal. */
export const normalQuantile = 1.959963984540054;

/** Of 1 to 4 degrees of freedom, where the expansion below is too short. */
const quantiles = [12.706204736174698, 4.302652729749464, 3.182446305284263, 2.776445105197793];

/** 97.5th percentile of Student's t; from 5 degrees of freedom on by Fisher's expansion in 1 / df, exact to 1e-3. */
export function studentQuantile(degreesOfFreedom: number): number {
  if (degreesOfFreedom < 1) return Infinity;
  const known = quantiles[degreesOfFreedom - 1];
  if (known !== undefined) return known;
  const z = normalQuantile;
  const df = degreesOfFreedom;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((total, term, power) => total + term / df ** (power + 1), z);
}

/** Factor on the deviations of bootstrap means over `units` units; 1 in the limit. */
export function fewUnitsFactor(units: number): number {
  return (studentQuantile(units - 1) / normalQuantile) * Math.sqrt(units / (units - 1));
}

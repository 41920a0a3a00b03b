/**
 * Normal, with the mean and the covariance of the old rows (Hewitt 2021); a stream for each id and side. The covariance is never
 * built: a sum of rows less their mean, each by a standard normal number, over the root of their count has it. Of a large
 * vocabulary a sample of its rows stands for all.
 */
import { NormalGenerator } from '../random';
import { meanOfAllRows, rowsOf, zeros, type Start } from './start';

const MOST_ROWS = 4096;

export const gaussian: Start = async (request, side) => {
  const { newTokens, hiddenSize, oldIds, seed } = request;
  const mean = await meanOfAllRows(request, side);
  const count = Math.min(oldIds, MOST_ROWS);
  const spread = await rowsOf(
    request,
    side,
    Array.from({ length: count }, (_, at) => Math.floor((at * oldIds) / count)),
  );
  for (let at = 0; at < spread.length; at++) spread[at]! -= mean[at % hiddenSize]!;
  const rows = zeros(request);
  const sum = new Float64Array(hiddenSize);
  newTokens.forEach(({ id }, index) => {
    const normal = new NormalGenerator(seed, side === 'input' ? 0 : 1, id);
    sum.fill(0);
    for (let row = 0; row < count; row++) {
      const factor = normal.next();
      for (let i = 0; i < hiddenSize; i++) sum[i]! += factor * spread[row * hiddenSize + i]!;
    }
    for (let i = 0; i < hiddenSize; i++) rows[index * hiddenSize + i] = mean[i]! + sum[i]! / Math.sqrt(count);
  });
  return rows;
};

/** Normal, as the model's own weights once started; a stream for each id and side. */
import { NormalGenerator } from '../random';
import { zeros, type Start } from './start';

export const random: Start = (request, side) => {
  const { newTokens, hiddenSize, initializerRange, seed } = request;
  const rows = zeros(request);
  newTokens.forEach(({ id }, index) => {
    const normal = new NormalGenerator(seed, side === 'input' ? 0 : 1, id);
    for (let i = 0; i < hiddenSize; i++) rows[index * hiddenSize + i] = initializerRange * normal.next();
  });
  return rows;
};

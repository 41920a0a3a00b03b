/** The step of bench/trainStep, ours as tuned for this adapter, beside the peers that are installed. */
import { join } from 'node:path';
import { floatingPointOperations, shape } from '../trainStep/problem.mjs';
import { lossesApart, lossTolerance, medianStep, takeTurns } from '../trainStep/turns';
import { useTuning } from './kernels';
import { contestant, type Part } from './part';

export const trainStep: Part = {
  name: 'training step',
  async *measure(device, { isSmall, ownProgram, peersFolder }, earlier) {
    useTuning(device, earlier);
    const variant = device.target.matmulVariant;
    // The contestants have the GPU to themselves.
    device.close();
    const turns = await takeTurns(
      [
        { name: 'Tokengraft', commandLine: [...ownProgram, contestant, 'gpu', variant] },
        { name: 'jax-js', commandLine: [join(peersFolder, 'jax.mjs')] },
        { name: 'TensorFlow.js', commandLine: [join(peersFolder, 'tensorflow.mjs')] },
      ],
      isSmall ? 1 : 20,
    );
    const ours = turns[0]!;
    const tokens = shape.rows * shape.rowLength;
    const contestants = turns.map((taken) => {
      const milliseconds = medianStep(taken);
      return {
        ...taken,
        milliseconds,
        tokensPerSecond: (tokens / milliseconds) * 1000,
        gigaflopsPerSecond: floatingPointOperations() / milliseconds / 1e6,
        apart: lossesApart(taken, ours),
      };
    });
    if (ours.failure !== undefined) throw new Error(ours.failure);
    yield {
      value: { tokens, variant, contestants },
      table: [
        ['contestant', 'ms a step', 'tokens/s', 'GFLOP/s', 'time against ours', 'first and last loss'],
        ...contestants.map(({ name, steps, failure, milliseconds, tokensPerSecond, gigaflopsPerSecond, apart }) =>
          failure === undefined
            ? [
                name,
                milliseconds.toFixed(2),
                tokensPerSecond.toFixed(0),
                gigaflopsPerSecond.toFixed(1),
                (milliseconds / medianStep(ours)).toFixed(2),
                `${steps[0]!.loss.toFixed(4)} ${steps.at(-1)!.loss.toFixed(4)}${apart < lossTolerance ? '' : ' (not ours: no result)'}`,
              ]
            : [name, failure],
        ),
      ],
    };
  },
};

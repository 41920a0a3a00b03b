/**
 * onnxruntime-web's WebGPU provider as a contestant: on square products and on the same lowered training graph. Where it is faster,
 * our kernel has something to learn. Runs in processes of its own: one that hangs is ended and named.
 */
import { links } from './onnxContestant';
import { medianStep, takeTurns } from '../trainStep/turns';
import { contestant, onnxContestant, type Part } from './part';
import { useTuning } from './kernels';
import { lossesApart, lossTolerance } from '../trainStep/turns';

const sizes = { full: [1024, 2048, 4096], small: [128] };
const mostSeconds = { full: 40, small: 1000 };

export const onnxruntime: Part = {
  name: 'onnxruntime-web',
  async *measure(device, { isSmall, ownProgram }, earlier) {
    useTuning(device, earlier);
    const variant = device.target.matmulVariant;
    device.close();
    const kind = isSmall ? 'small' : 'full';
    const limit = { mostSeconds: mostSeconds[kind] };
    const products: { n: number; milliseconds?: number; gigaflopsPerSecond?: number; failure?: string }[] = [];
    for (const n of sizes[kind]) {
      const name = `products of ${n}`;
      const command = { name, commandLine: [...ownProgram, onnxContestant, 'products', String(n)], ...limit };
      const [taken] = await takeTurns([command], isSmall ? 1 : 5);
      if (taken!.failure !== undefined) products.push({ n, failure: taken!.failure });
      else {
        const milliseconds = medianStep(taken!) / links;
        products.push({ n, milliseconds, gigaflopsPerSecond: (2 * n ** 3) / milliseconds / 1e6 });
      }
      yield { value: { products }, table: productTable(products) };
    }
    const turns = await takeTurns(
      [
        { name: 'Tokengraft', commandLine: [...ownProgram, contestant, 'gpu', variant] },
        { name: 'the same graph', commandLine: [...ownProgram, onnxContestant, 'step'], ...limit },
      ],
      isSmall ? 1 : 10,
    );
    const steps = turns.map((taken) => ({
      ...taken,
      milliseconds: medianStep(taken),
      apart: lossesApart(taken, turns[0]!),
    }));
    yield {
      value: { products, steps },
      table: [
        ...productTable(products),
        [],
        ['training step', 'ms', 'against ours'],
        ...steps.map(({ name, failure, milliseconds, apart }) => [
          name,
          failure ?? milliseconds.toFixed(1),
          failure === undefined && apart < lossTolerance
            ? (milliseconds / steps[0]!.milliseconds).toFixed(2)
            : 'no result',
        ]),
      ],
    };
    const failed = [...products, ...steps].flatMap(({ failure }) => failure ?? []);
    if (failed.length > 0) throw new Error(failed.join('; '));
  },
};

function productTable(products: readonly { n: number; gigaflopsPerSecond?: number; failure?: string }[]): string[][] {
  return [
    ['n', 'GFLOP/s, a chain of products'],
    ...products.map(({ n, gigaflopsPerSecond, failure }) => [
      String(n),
      gigaflopsPerSecond?.toFixed(1) ?? failure ?? '',
    ]),
  ];
}

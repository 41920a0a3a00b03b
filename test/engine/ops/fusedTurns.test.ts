// Ropes that fuse.ts puts into one dispatch or into attention's backward pass, against f64.
import { beforeAll, describe, test } from 'vitest';
import { backpropagate } from '../../../src/engine/gradients';
import type { Tensor } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { attention, rope } from '../../../src/engine/ops/index';
import { Case } from './fusionCase';
import * as reference from './reference';
import { openKernelBench, type KernelBench } from './runDispatches';
import { documents, expectClose } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

test.each([
  { heads: 4, kvHeads: 2, headSize: 6, rotarySize: 6, backward: false, table: true },
  { heads: 3, kvHeads: 1, headSize: 10, rotarySize: 4, backward: true, table: false },
  { heads: 2, kvHeads: 5, headSize: 8, rotarySize: 8, backward: false, table: false },
])('$heads and $kvHeads heads turn together, $rotarySize of $headSize', async (shape) => {
  const { heads, kvHeads, headSize, rotarySize, backward, table } = shape;
  const tokens = 19;
  const frequencies = Array.from({ length: rotarySize / 2 }, (_, index) => 1 / (1 + 3 * index));
  const set = new Case(bench);
  const [q, k] = [set.input('q', [tokens, heads * headSize]), set.input('k', [tokens, kvHeads * headSize])];
  const positions = Uint32Array.from({ length: tokens }, (_, token) => (token * 37) % 401);
  set.values.positions = positions;
  set.values.frequencies = Float32Array.from(frequencies);
  const at = set.graph.input('positions', [tokens], 'u32');
  const angles = table ? frequencies : set.graph.input('frequencies', [frequencies.length], 'f32');
  const turns = [q, k].map((x, index) => {
    const rotated = rope(set.graph, x, at, angles, { heads: index === 0 ? heads : kvHeads, headSize, rotarySize });
    if (!backward) return rotated;
    const node = set.graph.nodes.pop()!;
    return opNamed('rope').gradient!(node, [x], [true], set.graph)[0]!;
  });
  const found = await set.run(['ropePair'], turns, 'lane');
  const turn = backward ? -1 : 1;
  for (const [index, name] of ['q', 'k'].entries()) {
    const own = index === 0 ? heads : kvHeads;
    const angle = Float32Array.from(frequencies);
    expectClose(found[index]!, reference.rope(set.f32(name), positions, angle, own, headSize, rotarySize, turn), name);
  }
});

// Halves in vectors that they share, in single values, in quads over more than a stretch of a tile, in quads; a part of each head.
const turnedCases = [
  { heads: 2, kvHeads: 1, headSize: 8, rotarySize: 6, lengths: [40, 25] },
  { heads: 2, kvHeads: 1, headSize: 10, rotarySize: 4, lengths: [33] },
  { heads: 4, kvHeads: 2, headSize: 80, rotarySize: 80, lengths: [5, 30, 1] },
  { heads: 4, kvHeads: 2, headSize: 16, rotarySize: 16, lengths: [17, 1, 3, 45] },
];

// The tile kernels take seconds to compile on software adapters: one case for each way to turn.
describe.each([
  { variant: 'lane', cases: turnedCases },
  { variant: 'tile', cases: turnedCases.slice(0, 3) },
])('for a $variant target', ({ variant, cases }) => {
  test.each(cases)(
    'attention turns gradients back as it stores them, $rotarySize of $headSize, documents $lengths',
    async (shape) => {
      const { heads, kvHeads, headSize, rotarySize, lengths } = shape;
      const { starts, ends, tokens } = documents(lengths);
      const set = new Case(bench);
      const frequencies = Array.from({ length: rotarySize / 2 }, (_, index) => 1 / (1 + 3 * index));
      const [q, k] = [set.input('q', [tokens, heads * headSize]), set.input('key', [tokens, kvHeads * headSize])];
      const [v, above] = [set.input('value', [tokens, kvHeads * headSize]), set.input('above', q.shape)];
      const positions = Uint32Array.from({ length: tokens }, (_, token) => (token * 37) % 401);
      Object.assign(set.values, { positions, starts, ends });
      const index = (name: string) => set.graph.input(name, [tokens], 'u32');
      const at = index('positions');
      const turned = [q, k].map((x, which) =>
        rope(set.graph, x, at, frequencies, { heads: which === 0 ? heads : kvHeads, headSize, rotarySize }),
      ) as [Tensor, Tensor];
      const sizes = { heads, kvHeads, headSize, scale: 0.4 };
      const attended = attention(set.graph, ...turned, v, index('starts'), index('ends'), sizes);
      const found = backpropagate(set.graph, {
        losses: [],
        known: new Map([[attended.id, above]]),
        isWanted: ({ id }) => [q, k, v].some((each) => each.id === id),
      });
      const gradients = [q, k, v].map(({ id }) => found.get(id)!);
      const [dQ, dK, dV] = await set.run(['ropePair', 'attention', 'attentionBackward'], gradients, variant);
      const turn = (x: ArrayLike<number>, own: number, way: 1 | -1) =>
        reference.rope(Float64Array.from(x), positions, Float32Array.from(frequencies), own, headSize, rotarySize, way);
      const [rq, rk] = [turn(set.f32('q'), heads, 1), turn(set.f32('key'), kvHeads, 1)];
      const wanted = reference.attention(rq, rk, set.f32('value'), { ...sizes, starts }, set.f32('above'));
      expectClose(dQ!, turn(wanted.dQ!, heads, -1), 'dQ');
      expectClose(dK!, turn(wanted.dK!, kvHeads, -1), 'dK');
      expectClose(dV!, wanted.dV!, 'dV');
    },
  );
});

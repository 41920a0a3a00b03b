// A projection whose parts attention reads and writes where they lie, against f64 and against the same ops one by one.
import { beforeAll, describe, expect, test } from 'vitest';
import { backpropagate } from '../../../src/engine/gradients';
import { fuse } from '../../../src/engine/fuse';
import type { Tensor } from '../../../src/engine/graph';
import { attention, rope, splitColumns } from '../../../src/engine/ops/index';
import { Case } from './fusionCase';
import * as reference from './reference';
import { openKernelBench, type KernelBench } from './runDispatches';
import { documents, expectClose } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

interface Shape {
  readonly heads: number;
  readonly headSize: number;
  /** 1 or `heads`. */
  readonly groups: number;
  /** 0: no rope. */
  readonly rotarySize: number;
  /** Whether the frequencies are compiled in; only then attention turns gradients back. */
  readonly table?: boolean;
  readonly lengths: readonly number[];
}

const cases: readonly Shape[] = [
  { heads: 2, headSize: 8, groups: 1, rotarySize: 0, lengths: [40, 25] },
  { heads: 3, headSize: 8, groups: 3, rotarySize: 4, table: true, lengths: [33] },
  { heads: 2, headSize: 16, groups: 2, rotarySize: 16, table: true, lengths: [5, 30, 1] },
  { heads: 3, headSize: 10, groups: 1, rotarySize: 6, table: true, lengths: [17, 1, 3] },
  { heads: 2, headSize: 6, groups: 2, rotarySize: 6, table: false, lengths: [9, 4] },
  { heads: 1, headSize: 6, groups: 1, rotarySize: 2, table: true, lengths: [7] },
  { heads: 2, headSize: 40, groups: 2, rotarySize: 40, table: true, lengths: [21, 12] },
];

/** A part of [tokens, groups * 3 * width] as [tokens, groups * width]. */
function partOf(whole: ArrayLike<number>, { heads, headSize, groups }: Shape, index: number): Float64Array {
  const row = heads * headSize;
  const width = row / groups;
  const tokens = whole.length / (3 * row);
  return Float64Array.from({ length: tokens * row }, (_, at) => {
    const column = at % row;
    const source = (Math.floor(column / width) * 3 + index) * width + (column % width);
    return whole[Math.floor(at / row) * 3 * row + source]!;
  });
}

function built(shape: Shape) {
  const { heads, headSize, groups, rotarySize, table, lengths } = shape;
  const { starts, ends, tokens } = documents(lengths);
  const set = new Case(bench);
  const frequencies = Array.from({ length: rotarySize / 2 }, (_, index) => 1 / (1 + 3 * index));
  const whole = set.computed('whole', [tokens, 3 * heads * headSize]);
  const above = set.input('above', [tokens, heads * headSize]);
  const positions = Uint32Array.from({ length: tokens }, (_, token) => (token * 37) % 401);
  Object.assign(set.values, { positions, starts, ends, frequencies: Float32Array.from(frequencies) });
  const index = (name: string) => set.graph.input(name, [tokens], 'u32');
  const [q, k, v] = splitColumns(set.graph, whole, { parts: 3, groups }) as [Tensor, Tensor, Tensor];
  const at = index('positions');
  const angles = table ? frequencies : set.graph.input('frequencies', [rotarySize / 2], 'f32');
  const turned = (x: Tensor) =>
    rotarySize === 0 ? x : rope(set.graph, x, at, angles, { heads, headSize, rotarySize });
  const sizes = { heads, kvHeads: heads, headSize, scale: 0.4 };
  const attended = attention(set.graph, turned(q), turned(k), v, index('starts'), index('ends'), sizes);
  const gradients = backpropagate(set.graph, {
    losses: [],
    known: new Map([[attended.id, above]]),
    isWanted: ({ id }) => id === whole.id,
  });
  return { set, whole, above, attended, dWhole: gradients.get(whole.id)!, positions, starts, sizes, frequencies };
}

// The tile kernels take seconds to compile on software adapters: one case for each way, one of two stretches.
describe.each([
  { variant: 'lane', cases },
  { variant: 'tile', cases: [...cases.slice(0, 4), cases.at(-1)!] },
])('for a $variant target', ({ variant, cases }) => {
  test.each(cases)(
    '$heads heads of $headSize in $groups groups, $rotarySize turned, are attended and given gradients in place',
    async (shape) => {
      const { rotarySize, table, heads, headSize } = shape;
      const { set, attended, dWhole, positions, starts, sizes, frequencies } = built(shape);
      const ropes = rotarySize > 0 ? ['ropeParts'] : [];
      const behind = rotarySize > 0 && !table ? ['ropePair', 'joinColumns'] : [];
      const ops = ['scaled', ...ropes, 'attention', 'attentionBackward', ...behind];
      const [found, foundGradient] = await set.run(ops, [attended, dWhole], variant);

      const turn = (x: Float64Array, way: 1 | -1) =>
        rotarySize === 0
          ? x
          : reference.rope(x, positions, Float32Array.from(frequencies), heads, headSize, rotarySize, way);
      const [q, k, v] = [0, 1, 2].map((part) => partOf(set.f32('whole'), shape, part)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const wanted = reference.attention(turn(q, 1), turn(k, 1), v, { ...sizes, starts }, set.f32('above'));
      expectClose(found!, wanted.attended, 'attended');
      const parts = [0, 1, 2].map((part) => partOf(foundGradient as Float32Array, shape, part));
      expectClose(parts[0]!, turn(Float64Array.from(wanted.dQ!), -1), 'dQ');
      expectClose(parts[1]!, turn(Float64Array.from(wanted.dK!), -1), 'dK');
      expectClose(parts[2]!, wanted.dV!, 'dV');
    },
  );
});

test('a rope of other heads than attention has turns parts that were taken apart', () => {
  const { starts, ends, tokens } = documents([9]);
  const set = new Case(bench);
  const whole = set.computed('whole', [tokens, 96]);
  Object.assign(set.values, { starts, ends });
  const index = (name: string) => set.graph.input(name, [tokens], 'u32');
  const [q, k, v] = splitColumns(set.graph, whole, { parts: 3, groups: 4 }) as [Tensor, Tensor, Tensor];
  const at = index('positions');
  const [turnedQ, turnedK] = [q, k].map((x) =>
    rope(set.graph, x, at, [1, 0.1], { heads: 2, headSize: 16, rotarySize: 4 }),
  ) as [Tensor, Tensor];
  const sizes = { heads: 4, kvHeads: 4, headSize: 8, scale: 0.4 };
  const attended = attention(set.graph, turnedQ, turnedK, v, index('starts'), index('ends'), sizes);
  const ops = fuse(set.graph.nodes, [attended]).map(({ op }) => op);
  expect(ops).toEqual(['scaled', 'splitColumns', 'ropePair', 'attention']);
});

test('what somebody else reads is taken apart as before', () => {
  const ops = (kept: (made: ReturnType<typeof built>) => Tensor) => {
    const made = built(cases[0]!);
    return fuse(made.set.graph.nodes, [made.attended, made.dWhole, kept(made)]).map(({ op }) => op);
  };
  const apart = ['scaled', 'splitColumns', 'attention', 'attentionBackward'];
  expect(ops(({ whole }) => whole)).toEqual(apart);
  const partsOf = ({ set }: ReturnType<typeof built>, op: string) => set.graph.nodes.find((node) => node.op === op)!;
  expect(ops((made) => partsOf(made, 'splitColumns').outputs[2]!)).toEqual(apart);
  expect(ops((made) => partsOf(made, 'attentionBackward').outputs[0]!)).toEqual([
    'scaled',
    'attention',
    'attentionBackward',
    'joinColumns',
  ]);
});

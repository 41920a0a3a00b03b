// What fuse.ts makes of plain ops: that it fuses them, and what the fused kernels compute against f64, on sizes that no tile divides.
import { beforeAll, describe, expect, test } from 'vitest';
import { fuse } from '../../../src/engine/fuse';
import { backpropagate } from '../../../src/engine/gradients';
import { Graph, type Tensor } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import {
  activation,
  add,
  attention,
  gatedMlp,
  layerNorm,
  linear,
  rmsNorm,
  rope,
  scaled,
  type Activation,
} from '../../../src/engine/ops/index';
import { matmulVariants } from '../../../src/engine/variants';
import { Case } from './fusionCase';
import * as reference from './reference';
import { openKernelBench, type HostValues, type KernelBench } from './runDispatches';
import { expectClose } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

const functions: Readonly<Record<Activation, (x: number) => number>> = {
  silu: reference.silu,
  gelu: reference.gelu,
  geluTanh: reference.geluTanh,
};

function slope(name: Activation, x: number): number {
  const f = functions[name];
  return (f(x + 1e-4) - f(x - 1e-4)) / 2e-4;
}

/** Where something fused leaves what the plain op would have given: the sum's own place, or the one it is added to. */
function placeOf(graph: Graph, tensor: Tensor, wanted: readonly Tensor[]): Tensor {
  const [add_] = graph.nodes.filter(({ outputs }) => outputs[0] === tensor);
  const [fused] = fuse(graph.nodes, wanted).filter(({ updates }) => updates.includes(add_!.inputs[0]!));
  return fused!.updates[0]!;
}

const shapes = [
  [17, 65, 67],
  [3, 20, 128],
] as const;

describe.each(['lane', 'tile', 'block64', 'subgroup'])('for a %s target', (variant) => {
  test.each(shapes)('a product adds the residual as it stores, %i x %i -> %i', async (rows, inSize, outSize) => {
    const set = new Case(bench);
    const [hidden, residual] = [set.input('hidden', [rows, inSize]), set.input('residual', [rows, outSize])];
    const [weight, bias] = [set.weight('weight', [outSize, inSize], 'bf16'), set.weight('bias', [outSize])];
    const sum = add(set.graph, residual, linear(set.graph, hidden, weight.tensor, bias.tensor));
    const [found] = await set.run(['linearFused'], [sum], variant);
    const product = reference.linear(set.f32('hidden'), weight.values, rows, outSize, inSize, bias.values);
    expectClose(
      found!,
      product.map((value, at) => value + set.f32('residual')[at]!),
      'sum',
    );
  });

  test.each(['silu', 'gelu', 'geluTanh'] as const)(
    'a product goes through a gate as it stores, by %s',
    async (name) => {
      const [rows, inSize, outSize] = [17, 33, 67];
      const set = new Case(bench);
      const hidden = set.input('hidden', [rows, inSize]);
      const [gate, weight, bias] = [
        set.input('gate', [rows, outSize]),
        set.weight('weight', [outSize, inSize]),
        set.weight('bias', [outSize]),
      ];
      const up = linear(set.graph, hidden, weight.tensor, bias.tensor);
      const activated = gatedMlp(set.graph, gate, up, name);
      const product = reference.linear(set.f32('hidden'), weight.values, rows, outSize, inSize, bias.values);
      const wanted = product.map((value, at) => value * functions[name](set.f32('gate')[at]!));
      const [alone] = await set.run(['linearFused'], [activated], variant);
      expectClose(alone!, wanted, 'activated, and nothing else kept');
      const [both, kept] = await set.run(['linearFused'], [activated, up], variant);
      expectClose(both!, wanted, 'activated');
      expectClose(kept!, product, 'up');
    },
  );

  test.each(['silu', 'gelu', 'geluTanh'] as const)('a product is activated as it stores, by %s', async (name) => {
    const [rows, inSize, outSize] = [17, 33, 67];
    const set = new Case(bench);
    const hidden = set.input('hidden', [rows, inSize]);
    const [weight, bias] = [set.weight('weight', [outSize, inSize], 'bf16'), set.weight('bias', [outSize])];
    const x = linear(set.graph, hidden, weight.tensor, bias.tensor);
    const activated = activation(set.graph, x, name);
    const product = reference.linear(set.f32('hidden'), weight.values, rows, outSize, inSize, bias.values);
    const [alone] = await set.run(['linearFused'], [activated], variant);
    expectClose(alone!, product.map(functions[name]), 'activated, and nothing else kept');
    const [both, kept] = await set.run(['linearFused'], [activated, x], variant);
    expectClose(both!, product.map(functions[name]), 'activated');
    expectClose(kept!, product, 'what was activated');
  });

  test.each(['outIn', 'inOut'] as const)('an input gradient becomes that of what was activated, %s', async (layout) => {
    const [rows, width, outSize] = [17, 67, 35];
    const set = new Case(bench);
    const x = set.input('x', [rows, width]);
    const weight = set.weight('weight', layout === 'outIn' ? [outSize, width] : [width, outSize]);
    const activated = activation(set.graph, x, 'gelu');
    linear(set.graph, activated, weight.tensor, undefined, layout);
    const nodes = set.graph.nodes.splice(0);
    const dy = set.input('dy', [rows, outSize]);
    const [dActivated] = opNamed('linear').gradient!(nodes[1]!, [dy], [true, false], set.graph);
    const [dX] = opNamed('activation').gradient!(nodes[0]!, [dActivated], [true], set.graph);
    const [found] = await set.run(['activatedInputGradient'], [dX!], variant);
    const turned = asOutIn(weight.values, layout, width, outSize);
    const zeros = new Float32Array(rows * width);
    const { dx } = reference.linearBackward(zeros, turned, set.f32('dy'), rows, outSize, width);
    expectClose(
      found!,
      dx.map((d, at) => d * slope('gelu', set.f32('x')[at]!)),
      'dX',
    );
  });

  test('a product with a residual goes through a gate too', async () => {
    const [rows, inSize, outSize] = [17, 33, 67];
    const set = new Case(bench);
    const [hidden, residual] = [set.input('hidden', [rows, inSize]), set.input('residual', [rows, outSize])];
    const [gate, weight] = [set.input('gate', [rows, outSize]), set.weight('weight', [outSize, inSize])];
    const up = add(set.graph, linear(set.graph, hidden, weight.tensor), residual);
    const activated = gatedMlp(set.graph, gate, up);
    const [found, kept] = await set.run(['linearFused'], [activated, up], variant);
    const product = reference.linear(set.f32('hidden'), weight.values, rows, outSize, inSize);
    const sum = product.map((value, at) => value + set.f32('residual')[at]!);
    expectClose(kept!, sum, 'up');
    expectClose(
      found!,
      sum.map((value, at) => value * reference.silu(set.f32('gate')[at]!)),
      'activated',
    );
  });

  test.each(['outIn', 'inOut'] as const)(
    "an input gradient becomes gate's and up's as it is stored, %s",
    async (layout) => {
      const [rows, width, outSize] = [17, 67, 35];
      const set = new Case(bench);
      const [gate, up] = [set.input('gate', [rows, width]), set.input('above', [rows, width])];
      const shape = layout === 'outIn' ? [outSize, width] : [width, outSize];
      const weight = set.weight('weight', shape);
      const hidden = set.graph.input('hidden', [rows, width], 'f32');
      linear(set.graph, hidden, weight.tensor, undefined, layout);
      const node = set.graph.nodes.pop()!;
      const dy = set.input('dy', [rows, outSize]);
      const [dActivated] = opNamed('linear').gradient!(node, [dy], [true, false], set.graph);
      gatedMlp(set.graph, gate, up, 'geluTanh');
      const mlp = set.graph.nodes.pop()!;
      const [dGate, dUp] = opNamed('gatedMlp').gradient!(mlp, [dActivated], [true, true], set.graph);
      const found = await set.run(['gatedInputGradient'], [dGate!, dUp!], variant);
      const turned = asOutIn(weight.values, layout, width, outSize);
      const zeros = new Float32Array(rows * width);
      const { dx } = reference.linearBackward(zeros, turned, set.f32('dy'), rows, outSize, width);
      const [g, u] = [set.f32('gate'), set.f32('above')];
      expectClose(
        found[0]!,
        dx.map((d, at) => d * u[at]! * slope('geluTanh', g[at]!)),
        'dGate',
      );
      expectClose(
        found[1]!,
        dx.map((d, at) => d * reference.geluTanh(g[at]!)),
        'dUp',
      );
    },
  );

  test.each(shapes)('an input gradient is added to what is there, %i x %i <- %i', async (rows, inSize, outSize) => {
    const set = new Case(bench);
    const weight = set.weight('weight', [outSize, inSize], 'bf16');
    linear(set.graph, set.graph.input('hidden', [rows, inSize], 'f32'), weight.tensor);
    const node = set.graph.nodes.pop()!;
    const there = set.computed('there', [rows, inSize]);
    const dy = set.input('dy', [rows, outSize]);
    const [dx] = opNamed('linear').gradient!(node, [dy], [true, false], set.graph);
    const sum = add(set.graph, there, dx!);
    const place = placeOf(set.graph, sum, []);
    const [found] = await runInPlace(set, ['scaled', 'linearInputGradient'], place, variant);
    const zeros = new Float32Array(rows * inSize);
    const expected = reference.linearBackward(zeros, weight.values, set.f32('dy'), rows, outSize, inSize);
    expectClose(
      found!,
      expected.dx.map((d, at) => d + set.f32('there')[at]!),
      'dx',
    );
  });

  test.each(['rmsNorm', 'layerNorm'] as const)('the gradient of %s is added to what is there', async (norm) => {
    const [rows, width] = [17, 65];
    const set = new Case(bench);
    const [hidden, weight] = [set.input('hidden', [rows, width]), set.weight('weight', [width])];
    if (norm === 'rmsNorm') rmsNorm(set.graph, hidden, weight.tensor, 1e-5);
    else layerNorm(set.graph, hidden, weight.tensor, set.weight('bias', [width]).tensor, 1e-5);
    const node = set.graph.nodes[0]!;
    const there = set.computed('there', [rows, width]);
    const dNormed = set.input('dNormed', [rows, width]);
    const wanted = node.inputs.map((_, index) => index === 0);
    const [dHidden] = opNamed(norm).gradient!(node, [dNormed], wanted, set.graph);
    const sum = add(set.graph, there, dHidden!);
    const place = placeOf(set.graph, sum, []);
    const [found] = await runInPlace(set, [norm, 'scaled', `${norm}Backward`], place, variant);
    const backward = norm === 'rmsNorm' ? reference.rmsNormBackward : reference.layerNormBackward;
    const expected = backward(set.f32('hidden'), weight.values, 1e-5, set.f32('dNormed'));
    expectClose(
      found!,
      expected.dHidden.map((d, at) => d + set.f32('there')[at]!),
      'dHidden',
    );
  });
});

test('every kernel for products stores through the part that fused ones need', () => {
  for (const { shader } of Object.values(matmulVariants)) expect(shader.source).toContain('//#include matmulEpilogue');
});

/** What is read back lies where it was added to, which fuse.ts must not be told: it would keep that as it was. */
async function runInPlace(set: Case, ops: readonly string[], place: Tensor, variant: string): Promise<HostValues[]> {
  const nodes = fuse(set.graph.nodes);
  expect(nodes.map(({ op }) => op)).toEqual(ops);
  const target = bench.targetFor(variant);
  const dispatches = nodes.flatMap((node) => opNamed(node.op).dispatches(node, target));
  return bench.runDispatches(dispatches, set.values, [place]);
}

describe('what somebody else reads stays', () => {
  const build = () => {
    const set = new Case(bench);
    const [hidden, weight] = [set.input('hidden', [4, 8]), set.weight('weight', [8, 8])];
    const y = linear(set.graph, hidden, weight.tensor);
    return { set, hidden, weight, y, sum: add(set.graph, hidden, y) };
  };
  const opsOf = (graph: Graph, kept: readonly Tensor[] = []) => fuse(graph.nodes, kept).map(({ op }) => op);

  test('a product that is read back, or read by another op', () => {
    const kept = build();
    expect(opsOf(kept.set.graph, [kept.y])).toEqual(['linear', 'add']);
    const read = build();
    scaled(read.set.graph, read.y, 2);
    expect(opsOf(read.set.graph)).toEqual(['linear', 'add', 'scaled']);
  });

  test('a gradient that is read after something would be added to it, or by what is added', () => {
    const gradientOf = (dy: (there: Tensor, set: Case) => Tensor) => {
      const { set, hidden, weight } = build();
      const plain = linear(set.graph, hidden, weight.tensor);
      const node = set.graph.nodes.pop()!;
      set.graph.nodes.length = 0;
      const there = set.computed('there', plain.shape);
      const [dx] = opNamed('linear').gradient!(node, [dy(there, set)], [true, false], set.graph);
      return { set, there, sum: add(set.graph, there, dx!) };
    };
    const other = (_: Tensor, set: Case) => set.input('dy', [4, 8]);
    expect(opsOf(gradientOf(other).set.graph)).toEqual(['scaled', 'linearInputGradient']);
    expect(opsOf(gradientOf((there) => there).set.graph)).toEqual(['scaled', 'linearInputGradient', 'add']);
    const later = gradientOf(other);
    scaled(later.set.graph, later.there, 2);
    expect(opsOf(later.set.graph)).toEqual(['scaled', 'linearInputGradient', 'add', 'scaled']);
    const kept = gradientOf(other);
    expect(opsOf(kept.set.graph, [kept.sum])).toEqual(['scaled', 'linearInputGradient', 'add']);
  });

  test("an attention's gradient that is read before it is turned back", () => {
    const set = new Case(bench);
    const index = (name: string) => set.graph.input(name, [4], 'u32');
    const at = index('positions');
    const [q, k, v] = ['q', 'key', 'value'].map((name) => set.input(name, [4, 8])) as [Tensor, Tensor, Tensor];
    const sizes = { heads: 1, kvHeads: 1, headSize: 8 };
    const [rq, rk] = [q, k].map((x) => rope(set.graph, x, at, [1, 0.5, 0.2, 0.1], { ...sizes, rotarySize: 8 }));
    const mask = [index('starts'), index('ends')] as const;
    const attended = attention(set.graph, rq!, rk!, v, ...mask, { ...sizes, scale: 1 });
    const found = backpropagate(set.graph, {
      losses: [],
      known: new Map([[attended.id, set.input('above', [4, 8])]]),
      isWanted: (each) => [q, k, v].includes(each),
    });
    expect(opsOf(set.graph)).toEqual(['ropePair', 'attention', 'attentionBackward']);
    const whole = ['ropePair', 'attention', 'attentionBackward', 'ropePair'];
    expect(opsOf(set.graph, [found.get(rk!.id)!])).toEqual(whole);
    scaled(set.graph, found.get(rq!.id)!, 2);
    expect(opsOf(set.graph)).toEqual([...whole, 'scaled']);
  });
});

/** A weight [width, outSize] as [outSize, width], in which the reference has it. */
function asOutIn(values: Float32Array, layout: 'outIn' | 'inOut', width: number, outSize: number): Float32Array {
  return layout === 'outIn' ? values : values.map((_, at) => values[(at % width) * outSize + Math.floor(at / width)]!);
}

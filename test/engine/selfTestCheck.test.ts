// What the self-test's cases cover: every op, everything that fusion makes of several, every kernel of every variant.
import { expect, it } from 'vitest';
import { selfTest } from '../../src/engine/index';
import { fuse } from '../../src/engine/fuse';
import type { GraphNode } from '../../src/engine/graph';
import { opNamed } from '../../src/engine/op';
import { kindOfOp } from '../../src/engine/opKinds';
import { allCases, buildCase } from '../../src/engine/selfTestCheck';
import { shaderSources } from '../../src/engine/shaders';
import { matmulVariantNames, matmulVariants, variantOf } from '../../src/engine/variants';
import { openTestDevice } from '../support/gpu';

/** As they are run: fused, with the output and the gradients read back. */
const programs = allCases.map((test) => {
  const { graph, output, gradients } = buildCase(test);
  return { test, nodes: fuse(graph.nodes, [output, ...Object.values(gradients)]) };
});
const nodes: readonly GraphNode[] = programs.flatMap((program) => program.nodes);

it('runs every op there is', () => {
  expect([...new Set(nodes.map(({ op }) => op))].sort()).toEqual(Object.keys(kindOfOp).sort());
});

it('runs what is fused: products that add, gate, keep and accumulate, norms that add to a gradient, ropes in pairs and in place, attention that turns gradients back and reads parts of a whole', () => {
  const fused = nodes.filter(({ op }) => op === 'linearFused').map(({ attributes }) => attributes);
  expect(fused.some(({ addend }) => addend)).toBe(true);
  for (const activation of ['silu', 'gelu', 'geluTanh']) {
    expect(fused.some((attributes) => attributes.activation === activation)).toBe(true);
  }
  for (const gated of [true, false]) {
    expect(fused.some((attributes) => attributes.activation && attributes.gated === gated)).toBe(true);
  }
  for (const keep of [true, false]) expect(fused.some((each) => each.activation && each.keep === keep)).toBe(true);
  const accumulating = nodes.filter(({ updates }) => updates[0]?.kind === 'activation').map(({ op }) => op);
  expect([...new Set(accumulating)].sort()).toEqual([
    ...['layerNormBackward', 'linearInputGradient', 'rmsNormBackward', 'ropeParts'],
  ]);
  const turns = nodes.filter(({ op }) => op === 'ropePair').map(({ attributes }) => attributes.backward);
  expect(turns).toEqual([false]);
  const turned = nodes.filter(({ op, attributes }) => op === 'attentionBackward' && attributes.table);
  expect(turned.map(({ attributes }) => attributes.gradientGroups)).toEqual([undefined, 2]);
  const attending = nodes.filter(({ op }) => op === 'attention').map(({ attributes }) => attributes.groups);
  expect(new Set(attending)).toEqual(new Set([undefined, 2]));
});

it('runs every kernel under the variants that an adapter can have, stored types included', async () => {
  const device = await openTestDevice();
  const compiled = new Set<string>();
  const create = device.gpu.createShaderModule.bind(device.gpu);
  device.gpu.createShaderModule = (descriptor) => {
    compiled.add(descriptor.label!);
    return create(descriptor);
  };
  expect((await selfTest(device)).passed).toBe(true);
  for (const matmulVariant of matmulVariantNames) {
    for (const node of nodes) {
      for (const { kernel } of opNamed(node.op).dispatches(node, { ...device.target, matmulVariant }))
        compiled.add(kernel);
    }
  }
  expect([...compiled].sort()).toEqual(Object.keys(shaderSources).sort());
  const types = nodes.flatMap(({ inputs }) => inputs.map(({ type }) => type));
  expect(new Set(types)).toEqual(new Set(['f32', 'u32', 'bf16', 'f16', 'q8']));
});

it.each(matmulVariantNames)(
  'every kernel for products is in every case that says it multiplies: %s',
  async (matmulVariant) => {
    const { target } = await openTestDevice();
    const { kernel } = variantOf({ matmulVariant }).shader;
    for (const { test, nodes: own } of programs) {
      const kernels = own.flatMap((node) =>
        opNamed(node.op)
          .dispatches(node, { ...target, matmulVariant })
          .map((dispatch) => dispatch.kernel),
      );
      expect([test.name, kernels.includes(kernel)]).toEqual([test.name, test.multiplies ?? false]);
    }
    expect(matmulVariants[matmulVariant].tolerance).toBeLessThanOrEqual(2e-3);
  },
);

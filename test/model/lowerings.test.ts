import { describe, expect, it } from 'vitest';
import { attention, Graph } from '../../src/engine/index';
import { loweringOf } from '../../src/model/onnx/lowerings';

const graph = new Graph();
const [q, k] = [graph.input('q', [4, 8], 'f32'), graph.input('k', [4, 8], 'f32')];
const mask = graph.input('mask', [4], 'u32');

describe('what cannot be said in ONNX', () => {
  it('is refused by the name of the op', () => {
    graph.within('layer 3', () => graph.append('mystery', [q], [{ name: 'y', shape: [4, 8] }]));
    expect(() => loweringOf(graph.nodes.at(-1)!)).toThrow('The op `mystery` (layer 3 / mystery) has no ONNX lowering.');
  });

  it('is refused by the name of an attribute that its lowering does not know', () => {
    attention(graph, q, k, k, mask, mask, { heads: 1, kvHeads: 1, headSize: 8, scale: 1 });
    const node = graph.nodes.at(-1)!;
    expect(() => loweringOf(node)).not.toThrow();
    const capped = { ...node, attributes: { ...node.attributes, softcap: 50 } };
    expect(() => loweringOf(capped)).toThrow('The attribute `softcap` of the op `attention`');
  });

  it('is refused where an op has more inputs than its lowering knows', () => {
    graph.append('add', [q, k, q], [{ name: 'y', shape: [4, 8] }]);
    expect(() => loweringOf(graph.nodes.at(-1)!)).toThrow('has 3 inputs; its ONNX lowering knows 2');
  });
});

import { describe, expect, it } from 'vitest';
import { ForwardProgram, Graph, linear, openDevice, ParameterStore } from '../../src/engine/index';

describe("the browser's own WebGPU", () => {
  it('opens a device without requiring shader-f16 or subgroups and multiplies ragged matrices right', async () => {
    const device = await openDevice(navigator.gpu, { forbid: ['shader-f16', 'subgroups'] });
    expect(device.report.limits.maxBindingBytes).toBeGreaterThanOrEqual(128 * 1024 * 1024);

    const [tokens, inputs, outputs] = [5, 7, 3];
    const weightValues = Float32Array.from({ length: outputs * inputs }, (_, i) => Math.sin(i + 1));
    const hiddenValues = Float32Array.from({ length: tokens * inputs }, (_, i) => Math.cos(3 * i));
    const graph = new Graph();
    const hidden = graph.input('hidden', [tokens, inputs], 'f32');
    const weight = graph.parameter('weight', [outputs, inputs], 'f32');
    const y = linear(graph, hidden, weight);
    const store = await ParameterStore.create(device, [{ name: 'weight', shape: [outputs, inputs], type: 'f32' }]);
    store.write('weight', weightValues);
    const program = await ForwardProgram.compile(device, graph, store, [y]);
    const [result] = await program.run({ hidden: hiddenValues });

    for (let t = 0; t < tokens; t++) {
      for (let o = 0; o < outputs; o++) {
        let expected = 0;
        for (let i = 0; i < inputs; i++) expected += hiddenValues[t * inputs + i]! * weightValues[o * inputs + i]!;
        expect(result![t * outputs + o]).toBeCloseTo(expected, 5);
      }
    }
    program.close();
    store.close();
    device.close();
  });
});

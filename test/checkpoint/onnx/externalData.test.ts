import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import {
  dequantiseRows,
  onnxFiles,
  QUANTISATION_BLOCK,
  quantisedValues,
  quantiseRows,
  type OnnxModel,
  type OnnxTensor,
} from '../../../src/checkpoint/index';

function modelOf(...tensors: OnnxTensor[]): OnnxModel {
  const producer = { name: 'test', version: '0' };
  return { producer, operatorSets: { '': 20 }, metadata: {}, nodes: [], inputs: [], outputs: [], tensors };
}

function tensor(name: string, bytes: number, yields = bytes): OnnxTensor {
  return {
    name,
    type: 'uint8',
    shape: [bytes],
    content: async function* () {
      yield new Uint8Array(yields).fill(bytes % 251);
    },
  };
}

async function bytesOf(file: ReturnType<typeof onnxFiles>[number]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.stream()) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

describe('external data of an ONNX model', () => {
  it('holds every tensor in order, large ones on a page, none over the limit', async () => {
    const [, first, second] = onnxFiles(
      modelOf(tensor('a', 100), tensor('b', 2 ** 20), tensor('c', 30)),
      'm.onnx',
      2 ** 20,
    );
    expect([first!.name, second!.name]).toEqual(['m.onnx_data', 'm.onnx_data_1']);
    expect([first!.size, second!.size]).toEqual([100, 2 ** 20]);
    const together = onnxFiles(modelOf(tensor('a', 100), tensor('b', 2 ** 20), tensor('c', 30)), 'm.onnx');
    expect(together).toHaveLength(2);
    const bytes = await bytesOf(together[1]!);
    expect(bytes.length).toBe(together[1]!.size);
    expect([bytes[99], bytes[100], bytes[4095], bytes[4096]]).toEqual([100, 0, 0, 2 ** 20 % 251]);
    expect(bytes.subarray(-30)).toEqual(new Uint8Array(30).fill(30));
  });

  it.each([9, 11])('refuses a tensor of 10 bytes that yields %i', async (yields) => {
    const [, data] = onnxFiles(modelOf(tensor('short', 10, yields)), 'm.onnx');
    await expect(bytesOf(data!)).rejects.toMatchObject({ code: 'onnx/tensor-length', details: { tensor: 'short' } });
  });
});

describe('four bits a weight', () => {
  const matrix = fc
    .record({ rows: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 70 }) })
    .chain(({ rows, width }) =>
      fc
        .array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: rows * width, maxLength: rows * width })
        .map((values) => ({
          width, // Of values near the smallest f32 the scale would be rounded to nothing.
          values: Float32Array.from(values, (value) => (Math.abs(value) < 1e-30 ? 0 : value)),
        })),
    );

  it('are at most half a step off, and a step beyond the end of the range of the other sign', () => {
    fc.assert(
      fc.property(matrix, ({ values, width }) => {
        const found = dequantiseRows(quantiseRows(values, width), width);
        values.forEach((value, at) => {
          const row = Math.floor(at / width) * width;
          const start = row + Math.floor((at - row) / QUANTISATION_BLOCK) * QUANTISATION_BLOCK;
          const block = values.subarray(start, Math.min(start + QUANTISATION_BLOCK, row + width));
          const step = Math.max(...block.map(Math.abs)) / 8;
          expect(Math.abs(found[at]! - value)).toBeLessThanOrEqual(step * 1.0001);
          if (Math.abs(value) < 7 * step) expect(Math.abs(found[at]! - value)).toBeLessThanOrEqual(step * 0.5001);
        });
      }),
    );
  });

  it('meet the value of largest magnitude of a block, and stay what they are when quantised again', () => {
    fc.assert(
      fc.property(matrix, ({ values, width }) => {
        const once = quantisedValues(values, width, 'outIn');
        for (const [at, value] of quantisedValues(once, width, 'outIn').entries()) {
          expect(value).toBeCloseTo(once[at]!, 3);
        }
      }),
    );
    const found = quantisedValues(Float32Array.of(0.1, -0.8, 0.3), 3, 'outIn');
    expect(found[1]).toBeCloseTo(-0.8, 6);
  });

  it('go along the input dimension of either layout', () => {
    const outIn = Float32Array.of(1, 2, 3, -40, 50, 60);
    const inOut = Float32Array.of(1, -40, 2, 50, 3, 60);
    const [first, second] = [quantisedValues(outIn, 3, 'outIn'), quantisedValues(inOut, 2, 'inOut')];
    expect([...second]).toEqual([first[0], first[3], first[1], first[4], first[2], first[5]]);
  });
});

// Blocks of every type against what gguf-py made of them (scripts/ggufBlocks.py), to the bit.
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../../../src/checkpoint/index';
import { dequantise } from '../../../src/checkpoint/gguf/dequantise';
import { ggmlType } from '../../../src/checkpoint/gguf/ggmlTypes';
import { fileSource } from '../../../src/checkpoint/node';

const blocks = await openSafetensors((await fileSource('test/fixtures/gguf/blocks.safetensors'))!);

describe('dequantising', () => {
  const types = Array.from({ length: 40 }, (_, code) => ggmlType(code)).filter(
    (type) => type?.dtype && type.blockElements > 1,
  );

  it.each(types.map((type) => [type!.name, type!] as const))(
    '%s gives the f32 of gguf-py, bit for bit',
    async (name, type) => {
      const stored = await blocks.tensors.get(`${name}.blocks`)!.read();
      const expected = await blocks.tensors.get(`${name}.values`)!.readF32();
      const values = dequantise(stored, type);
      expect(values.length).toBe(4 * type.blockElements);
      expect(new Uint32Array(values.buffer)).toEqual(new Uint32Array(expected.buffer));
    },
  );

  it('is tested for eight types', () => expect(types).toHaveLength(8));
});

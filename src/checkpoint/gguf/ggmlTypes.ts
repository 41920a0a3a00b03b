/**
 * Element types of GGUF tensors by the number that ggml gives them, with the shape of their blocks (ggml.h, `ggml_type`;
 * the same table is `GGML_QUANT_SIZES` of gguf-py). Types that are not dequantised here are listed too, so that a file
 * that holds them is refused by the name people know it under.
 */
import type { WeightDtype } from '../dtype';

export interface GgmlType {
  readonly name: string;
  /** Elements of a block; 1 for plain numbers. */
  readonly blockElements: number;
  readonly blockBytes: number;
  /** What the lab sees: quantised blocks are widened to F32. Undefined for types that are not read. */
  readonly dtype?: WeightDtype;
}

const type = (name: string, blockElements: number, blockBytes: number, dtype?: WeightDtype): GgmlType => ({
  name,
  blockElements,
  blockBytes,
  ...(dtype ? { dtype } : {}),
});

const TYPES: ReadonlyMap<number, GgmlType> = new Map([
  [0, type('F32', 1, 4, 'F32')],
  [1, type('F16', 1, 2, 'F16')],
  [2, type('Q4_0', 32, 18, 'F32')],
  [3, type('Q4_1', 32, 20, 'F32')],
  [6, type('Q5_0', 32, 22, 'F32')],
  [7, type('Q5_1', 32, 24, 'F32')],
  [8, type('Q8_0', 32, 34, 'F32')],
  [9, type('Q8_1', 32, 40)],
  [10, type('Q2_K', 256, 84)],
  [11, type('Q3_K', 256, 110)],
  [12, type('Q4_K', 256, 144, 'F32')],
  [13, type('Q5_K', 256, 176, 'F32')],
  [14, type('Q6_K', 256, 210, 'F32')],
  [15, type('Q8_K', 256, 292)],
  [16, type('IQ2_XXS', 256, 66)],
  [17, type('IQ2_XS', 256, 74)],
  [18, type('IQ3_XXS', 256, 98)],
  [19, type('IQ1_S', 256, 50)],
  [20, type('IQ4_NL', 32, 18)],
  [21, type('IQ3_S', 256, 110)],
  [22, type('IQ2_S', 256, 82)],
  [23, type('IQ4_XS', 256, 136)],
  [24, type('I8', 1, 1)],
  [25, type('I16', 1, 2)],
  [26, type('I32', 1, 4)],
  [27, type('I64', 1, 8)],
  [28, type('F64', 1, 8)],
  [29, type('IQ1_M', 256, 56)],
  [30, type('BF16', 1, 2, 'BF16')],
  [34, type('TQ1_0', 256, 54)],
  [35, type('TQ2_0', 256, 66)],
  [39, type('MXFP4', 32, 17)],
]);

export function ggmlType(code: number): GgmlType | undefined {
  return TYPES.get(code);
}

/** The other way round; a name of the table. */
export function ggmlCode(name: string): number {
  return [...TYPES].find(([, type]) => type.name === name)![0];
}

export function ggmlTypeNamed(name: string): GgmlType {
  return TYPES.get(ggmlCode(name))!;
}

/** For messages. */
export const READ_TYPES: readonly string[] = [...TYPES.values()].filter(({ dtype }) => dtype).map(({ name }) => name);

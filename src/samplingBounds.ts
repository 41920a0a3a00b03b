/** What can be asked of a text; how many tokens it may have at most is the model's. */
import type { Bounds } from './bounds';

export const samplingBounds = {
  temperature: { least: 0, most: 100 },
  topK: { least: 0, most: 1_000_000, isWhole: true },
  topP: { least: 0, most: 1, isAbove: true },
  seed: { least: 0, most: 0xffffffff, isWhole: true },
  maxTokens: { least: 1, most: 1_000_000, isWhole: true },
} as const satisfies Record<string, Bounds>;

export type SamplingSetting = keyof typeof samplingBounds;

/** The start token and the first of the text have their place beside what is written. @param room of prompt and text together. */
export const mostNewTokens = (room: number): number => room - 2;

export function findChromium(): string | undefined;
export function ensureChromium(): Promise<string>;
export const chromiumArguments: readonly string[];

/** What a card's f32 units could do at most, without its tensor cores, as its maker says: TFLOP/s by the name its driver gives. */
const peaks: readonly (readonly [name: RegExp, teraflopsPerSecond: number])[] = [
  [/\bH200\b/, 67],
  [/\bH100 PCIe\b/, 51],
  [/\bH100\b/, 67],
  [/\bA100\b/, 19.5],
  [/\bV100\b/, 15.7],
  [/\bT4\b/, 8.1],
  [/\bL40S\b/, 91.6],
  [/\bL4\b/, 30.3],
  [/\bA10\b/, 31.2],
  [/\bRTX 4090\b/, 82.6],
  [/\bRTX 4070\b/, 29.1],
  [/\bRTX 4060\b/, 15.1],
  [/\bRTX 3090\b/, 35.6],
  [/\bRTX 3060\b/, 12.7],
];

/** GFLOP/s; undefined of a card that is not listed, whose share is then not told. */
export function peakOf(cardName: string | undefined): number | undefined {
  const found = cardName === undefined ? undefined : peaks.find(([name]) => name.test(cardName));
  return found && found[1] * 1000;
}

// The problem as one file, for contestants that are no JavaScript: a line of JSON that says what follows, and then the
// numbers themselves, little-endian, in that order.
import { writeFileSync } from 'node:fs';
import { adam, batch, initialWeights, normEpsilon, rotaryTables, shape } from './problem.mjs';

export function writeProblem(file) {
  const weights = initialWeights();
  const { ids, targets } = batch();
  const { cos, sin } = rotaryTables();
  const head = {
    shape,
    adam,
    normEpsilon,
    weights: Object.entries(weights).map(([name, { shape: dims }]) => ({ name, dims })),
  };
  const parts = [...Object.values(weights).map(({ values }) => values), ids, targets, cos, sin];
  writeFileSync(
    file,
    Buffer.concat([
      Buffer.from(`${JSON.stringify(head)}\n`),
      ...parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    ]),
  );
}

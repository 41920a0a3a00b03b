/** A worker that writes text at once, for what happens between it and the page. */
import type { Generated, LabApi } from '../../src/worker/api';
import { serveCalls } from '../../src/worker/calls';

const generate: LabApi['generate'] = async ({ maxTokens }, onPiece, signal): Promise<Generated> => {
  const pieces = Array.from({ length: maxTokens }, (_, at) => ({
    id: at,
    text: `${at} `,
    start: 2 * at,
    end: 2 * at + 2,
    isNew: false,
  }));
  for (const [at, piece] of pieces.entries()) {
    signal?.throwIfAborted();
    onPiece(piece);
    // As a model does: some come together, some a little later.
    if (at % 4 === 3) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { pieces, milliseconds: 1, runtime: { name: 'engine', provider: 'wasm', threads: 1 } };
};

serveCalls<Pick<LabApi, 'generate'>>({ generate }, self);

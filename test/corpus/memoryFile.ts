// A file from bytes or text, streamed in chunks of a chosen size so that seams fall anywhere.
import type { CorpusFile } from '../../src/corpus/index';

export function memoryFile(name: string, content: string | Uint8Array, chunkBytes = 7): CorpusFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name,
    size: bytes.length,
    stream: () =>
      new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += chunkBytes) controller.enqueue(bytes.subarray(at, at + chunkBytes));
          controller.close();
        },
      }),
  };
}

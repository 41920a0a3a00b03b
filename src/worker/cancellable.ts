/** Writing and proving know no signal of their own: it is looked at wherever they hand on bytes or progress. */
import { chunksOf, type FileContent, type FolderSink } from '../checkpoint/index';
import { throwIfCancelled } from '../lab/index';
import type { OnProgress } from './api';

/** Fails from within the file that is being written, so that whoever reads a zip at its other end is told, too. */
export function cancellableSink(sink: FolderSink, signal: AbortSignal | undefined): FolderSink {
  async function* checked(content: FileContent) {
    throwIfCancelled(signal);
    for await (const chunk of chunksOf(content)) {
      throwIfCancelled(signal);
      yield chunk;
    }
  }
  return { ...sink, write: (name, content) => sink.write(name, checked(content)) };
}

/** Throws into whoever reports. */
export function cancellableProgress(onProgress: OnProgress, signal: AbortSignal | undefined): OnProgress {
  return (progress) => {
    throwIfCancelled(signal);
    onProgress(progress);
  };
}

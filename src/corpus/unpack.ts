// Packed files to the files in them: gzip by the platform, zip by fflate. What comes out is counted, so that a small file
// cannot fill the memory.
import { LabError } from '../error';
import type { CorpusFile } from './decodeText';

/** Files as they are, or what gzip and zip files hold. One that cannot be unpacked fails when it is read. */
export async function unpackedFiles(files: readonly CorpusFile[], maxBytes: number): Promise<CorpusFile[]> {
  const unpacked: CorpusFile[] = [];
  for (const file of files) {
    try {
      if (/\.zip$/iu.test(file.name)) unpacked.push(...(await zipEntries(file, maxBytes)));
      else unpacked.push(/\.gz$/iu.test(file.name) ? await gunzipped(file, maxBytes) : file);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      unpacked.push(unreadable(file, error));
    }
  }
  return unpacked;
}

function unreadable({ name, size }: CorpusFile, error: LabError): CorpusFile {
  return {
    name,
    size,
    stream: () => {
      throw error;
    },
  };
}

async function gunzipped(file: CorpusFile, maxBytes: number): Promise<CorpusFile> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    const stream = (file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(
      new DecompressionStream('gzip'),
    );
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > maxBytes) {
        await reader.cancel();
        throw unpacksTooLarge(file.name, maxBytes);
      }
      chunks.push(value);
    }
  } catch (cause) {
    throw cause instanceof LabError ? cause : badArchive(file.name, cause);
  }
  return memoryFile(file.name.replace(/\.gz$/iu, ''), chunks, size);
}

async function zipEntries(file: CorpusFile, maxBytes: number): Promise<CorpusFile[]> {
  const { unzipSync } = await import('fflate');
  const bytes = new Uint8Array(
    await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
  let total = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name.endsWith('/') || /(?:^|\/)(?:\.|__MACOSX\/)/u.test(name)) return false;
        total += originalSize;
        if (total > maxBytes) throw unpacksTooLarge(file.name, maxBytes);
        return true;
      },
    });
  } catch (cause) {
    throw cause instanceof LabError ? cause : badArchive(file.name, cause);
  }
  return Object.entries(entries).map(([name, content]) =>
    memoryFile(`${file.name}/${name}`, [content as Uint8Array<ArrayBuffer>], content.length),
  );
}

function memoryFile(name: string, chunks: readonly Uint8Array<ArrayBuffer>[], size: number): CorpusFile {
  return { name, size, stream: () => new Blob([...chunks]).stream() };
}

function unpacksTooLarge(file: string, maxBytes: number): LabError {
  return new LabError(
    'corpus/too-large',
    `${file} unpacks to more than ${Math.round(maxBytes / 2 ** 20)} MiB.`,
    'Give a sample: a verdict needs a few megabytes.',
    { file, maxBytes },
  );
}

function badArchive(file: string, cause: unknown): LabError {
  return new LabError(
    'corpus/bad-archive',
    `${file} cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'The file is damaged or not whole; fetch it again, or unpack it yourself.',
    { file },
    cause,
  );
}

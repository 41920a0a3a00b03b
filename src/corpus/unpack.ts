// Packed files to the files in them, unpacked as they are read and never as a whole: gzip by the platform, zip by zip.js. What
// comes out is counted, so that a small file cannot go on for ever.
import type { Entry, FileEntry } from '@zip.js/zip.js';
import { LabError } from '../error';
import type { CorpusFile } from './decodeText';

/** Files as they are, or what gzip and zip files hold. One that cannot be unpacked fails when it is read. */
export async function unpackedFiles(files: readonly CorpusFile[], maxBytes: number): Promise<CorpusFile[]> {
  const unpacked: CorpusFile[] = [];
  for (const file of files) {
    try {
      if (/\.zip$/iu.test(file.name)) unpacked.push(...(await zipEntries(file, maxBytes)));
      else unpacked.push(/\.gz$/iu.test(file.name) ? gunzipped(file, maxBytes) : file);
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

type Bytes = Uint8Array<ArrayBuffer>;

function gunzipped(file: CorpusFile, maxBytes: number): CorpusFile {
  let consumedBytes = 0;
  return {
    name: file.name.replace(/\.gz$/iu, ''),
    size: file.size,
    get consumedBytes() {
      return consumedBytes;
    },
    stream() {
      consumedBytes = 0;
      const counted = new TransformStream<Bytes, Bytes>({
        transform(chunk, controller) {
          consumedBytes += chunk.length;
          controller.enqueue(chunk);
        },
      });
      const packed = (file.stream() as ReadableStream<Bytes>).pipeThrough(counted);
      return watched(packed.pipeThrough(new DecompressionStream('gzip')), file.name, maxBytes);
    },
  };
}

async function zipEntries(file: CorpusFile, maxBytes: number): Promise<CorpusFile[]> {
  const { ZipReader, BlobReader, Reader } = await import('@zip.js/zip.js');
  const { slice } = file;
  class RangeReader extends Reader<CorpusFile> {
    override size = file.size;
    override async readUint8Array(start: number, length: number): Promise<Bytes> {
      return new Uint8Array(await slice!.call(file, start, Math.min(file.size, start + length)).arrayBuffer());
    }
  }
  const source = slice
    ? new RangeReader(file)
    : new BlobReader(await new Response(file.stream() as ReadableStream<Bytes>).blob());
  let entries: Entry[];
  try {
    entries = await new ZipReader(source, { useWebWorkers: false, checkSignature: true }).getEntries();
  } catch (cause) {
    throw badArchive(file.name, cause);
  }
  const isText = (entry: Entry): entry is FileEntry =>
    !entry.directory && !/(?:^|\/)(?:\.|__MACOSX\/)/u.test(entry.filename);
  return entries.filter(isText).map((entry): CorpusFile => {
    const name = `${file.name}/${entry.filename}`;
    const { uncompressedSize: size } = entry;
    if (size > maxBytes) throw unpacksTooLarge(file.name, maxBytes);
    if (entry.encrypted) return unreadable({ ...file, name, size }, encrypted(name));
    return {
      name,
      size,
      stream() {
        const { readable, writable } = new TransformStream<Bytes, Bytes>();
        // What fails while unpacking fails the readable side too.
        entry.getData(writable).catch((cause: unknown) => writable.abort(cause).catch(() => undefined));
        return watched(readable, name, size);
      },
    };
  });
}

/** The stream with its own errors named, and an end to what it may give. */
function watched(stream: ReadableStream<Bytes>, file: string, maxBytes: number): ReadableStream<Bytes> {
  const reader = stream.getReader();
  let bytes = 0;
  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        bytes += value.length;
        if (bytes > maxBytes) throw unpacksTooLarge(file, maxBytes);
        controller.enqueue(value);
      } catch (cause) {
        controller.error(cause instanceof LabError ? cause : badArchive(file, cause));
        await reader.cancel(cause).catch(() => undefined);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function unpacksTooLarge(file: string, maxBytes: number): LabError {
  return new LabError(
    'corpus/too-large',
    `${file} unpacks to more than ${Math.round(maxBytes / 2 ** 20)} MiB.`,
    'Give a sample: a verdict needs a few megabytes.',
    { file, maxBytes },
  );
}

function encrypted(file: string): LabError {
  return new LabError('corpus/bad-archive', `${file} is encrypted.`, 'Unpack it yourself and pick what is inside.', {
    file,
  });
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

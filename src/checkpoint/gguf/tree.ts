/**
 * A GGUF file as the model folder it was converted from: config.json and tokenizer made from its metadata, weights
 * dequantised as they are read. One FileTree like any other, so that nothing behind it knows the difference.
 */
import { memoryTree, treeOf, type ByteSource, type FileTree } from '../byteSource';
import { architectureOf } from './architecture';
import { readGgufHeader, type GgufHeader, type GgufTensor } from './header';
import { ggufUnsupported } from './metadata';
import { tokenizerFiles } from './tokenizer';
import { weightsSource } from './weights';

/** Throws the codes of header.ts, and `checkpoint/gguf-metadata` or `gguf-unsupported` for what the header says. */
export async function ggufTree(source: ByteSource, signal?: AbortSignal): Promise<FileTree> {
  const header = await readGgufHeader(source, signal);
  const { metadata } = header;
  if ((metadata.whole('split.count') ?? 1) > 1) {
    throw ggufUnsupported(
      source.name,
      `is one of ${metadata.whole('split.count')} parts`,
      'Join the parts first: llama-gguf-split --merge.',
    );
  }
  const architecture = architectureOf(header);
  const tied = await isTied(source, header, signal);
  const config: Record<string, unknown> = {
    ...architecture.config(header),
    tie_word_embeddings: tied,
    torch_dtype: commonDtype(header.tensors),
  };
  const texts = memoryTree(source.name, {
    'config.json': `${JSON.stringify(config, null, 2)}\n`,
    'README.md': card(header),
    ...tokenizerFiles(metadata, config.vocab_size as number),
  });
  const head = architecture.outer['output.weight'];
  const weights = weightsSource(source.name, source, header, tied && head ? [head] : []);
  const files = new Map(texts.list().map((file) => [file, texts.open(file)!]));
  return treeOf(source.name.replace(/\.gguf$/i, ''), new Map([...files, ['model.safetensors', weights]]));
}

/** No head of its own, or one that is its embedding to the bit (converters before 2024 wrote tied heads out). */
async function isTied(source: ByteSource, { tensors }: GgufHeader, signal?: AbortSignal): Promise<boolean> {
  const find = (name: string): GgufTensor | undefined => tensors.find((tensor) => tensor.name === name);
  const embedding = find('token_embd.weight');
  const head = find('output.weight');
  if (!head || !embedding) return true;
  const length = head.end - head.start;
  if (head.type !== embedding.type || embedding.end - embedding.start !== length) return false;
  for (let at = 0; at < length; at += PIECE) {
    const end = Math.min(length, at + PIECE);
    const [a, b] = await Promise.all([
      source.read(embedding.start + at, embedding.start + end, signal),
      source.read(head.start + at, head.start + end, signal),
    ]);
    if (a.some((byte, i) => byte !== b[i])) return false;
  }
  return true;
}

const PIECE = 2 ** 20;

/** As transformers calls the type that most bytes have once they are read. */
function commonDtype(tensors: readonly GgufTensor[]): string {
  const elements = { F32: 0, F16: 0, BF16: 0 };
  for (const tensor of tensors) elements[tensor.type.dtype!] += tensor.elements;
  const names = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
  const [most] = (Object.keys(elements) as (keyof typeof elements)[]).sort((a, b) => elements[b] - elements[a]);
  return names[most!];
}

/** What the file says about itself, as a model card that the lab carries over. */
function card({ metadata }: GgufHeader): string {
  const licence = metadata.text('general.license');
  const name = metadata.text('general.name') ?? metadata.file;
  const isPlain = licence !== undefined && /^[\w.+-]+$/.test(licence);
  return [
    '---',
    ...(isPlain ? [`license: ${licence.toLowerCase()}`] : []),
    'library_name: transformers',
    '---',
    '',
    `# ${name.replace(/\s+/g, ' ').slice(0, 200)}`,
    '',
    `Read from the GGUF file \`${metadata.file}\`; quantised weights are dequantised.`,
    '',
  ].join('\n');
}

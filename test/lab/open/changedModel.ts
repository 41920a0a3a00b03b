import { memoryTree, type FileTree } from '../../../src/checkpoint/index';
import { tinyLlama } from '../vocabulary/letters';

/** The tiny model with some of its files changed. */
export async function changed(
  change: (files: Record<string, string>) => void,
  options: Parameters<typeof tinyLlama>[0] = {},
): Promise<FileTree> {
  const tree = await tinyLlama(options);
  const texts: Record<string, string> = {};
  const bytes: Record<string, Uint8Array> = {};
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    const read = await source.read(0, source.size);
    if (name.endsWith('.json')) texts[name] = new TextDecoder().decode(read);
    else bytes[name] = read;
  }
  change(texts);
  return memoryTree('tiny', { ...texts, ...bytes });
}

export const withConfig =
  (config: object) =>
  (files: Record<string, string>): void => {
    const old = JSON.parse(files['tokenizer_config.json']!) as object;
    files['tokenizer_config.json'] = JSON.stringify({ ...old, ...config });
  };

/** A class that builds a pipeline of its own, and a file that has another. */
export const asGpt2 = (files: Record<string, string>): void => {
  withConfig({ tokenizer_class: 'GPT2Tokenizer' })(files);
  const json = JSON.parse(files['tokenizer.json']!) as Record<string, unknown>;
  json.pre_tokenizer = { type: 'ByteLevel', add_prefix_space: true, use_regex: true };
  files['tokenizer.json'] = JSON.stringify(json);
};

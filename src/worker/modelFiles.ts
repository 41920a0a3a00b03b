/** What is kept of a model that the page does not serve, so that an experiment on it can go on from any visit. */
import { sourcePieces, type FileTree } from '../checkpoint/index';

const GGUF = /\.gguf$/i;

/** The files of a folder that make a model; of a GGUF file, that one. */
export function modelFiles(
  tree: FileTree,
): Readonly<Record<string, { readonly size: number; content(): AsyncIterable<Uint8Array> }>> {
  const files: Record<string, { size: number; content(): AsyncIterable<Uint8Array> }> = {};
  const names = tree.list();
  const gguf = names.some((name) => name.endsWith('.safetensors')) ? undefined : names.find((name) => GGUF.test(name));
  for (const name of names) {
    const source = tree.open(name);
    if (!source) continue;
    const file = { size: source.size, content: () => sourcePieces(source) };
    if (name === gguf) files['model.gguf'] = file;
    else if (/^[\w-][\w.-]*\.(json|safetensors|txt|md|model|jinja)$/.test(name)) files[name] = file;
  }
  return files;
}

// What the JavaScript clients make of the folders that make.ts wrote: `node open_js.mjs OUT ANSWERS`. transformers.js is its build
// for pages, with onnxruntime-web on the processor: it is told that this is no Node, and its requests are answered from files.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';

const PACKAGES = new URL('../../../node_modules/@huggingface/', import.meta.url);
const [out, answersFile] = process.argv.slice(2);
const { texts, positions, models } = JSON.parse(readFileSync(join(out, 'expected.json'), 'utf8'));
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const versionOf = (name) => json(new URL(`${name}/package.json`, PACKAGES)).version;
const versions = {
  'transformers.js': versionOf('transformers'),
  '@huggingface/tokenizers': versionOf('tokenizers'),
};

Object.defineProperty(process, 'release', { value: { ...process.release, name: 'page' } });
const answer = async (path, type) =>
  existsSync(path)
    ? new Response(await readFile(path), { headers: { 'content-type': type } })
    : new Response(null, { status: 404 });
// onnxruntime-web asks for its own module.
globalThis.fetch = (url) => answer(fileURLToPath(String(url)), 'application/wasm');
const { AutoModelForCausalLM, AutoTokenizer, env, Tensor } = await import(
  new URL('transformers/dist/transformers.web.js', PACKAGES)
);
// Only names of the form owner/name are asked for.
const nameOf = (path) => `folder/${path.replaceAll('/', '.')}`;
env.allowLocalModels = env.useBrowserCache = env.useWasmCache = false;
env.remoteHost = 'http://host/';
env.remotePathTemplate = '{model}/';
env.fetch = (url) => {
  const [, , name, ...file] = new URL(url).pathname.split('/');
  return answer(join(out, name.replaceAll('.', '/'), ...file), 'application/octet-stream');
};
delete env.backends.onnx.wasm.wasmPaths;
env.backends.onnx.wasm.numThreads = 1;

async function idsByTransformersJs(path) {
  const tokenizer = await AutoTokenizer.from_pretrained(nameOf(path));
  return texts.map((text) => tokenizer.encode(text, { add_special_tokens: false }));
}

function idsByTokenizers(path) {
  const [tokenizer, config] = ['tokenizer.json', 'tokenizer_config.json'].map((name) => join(out, path, name));
  const made = new Tokenizer(json(tokenizer), existsSync(config) ? json(config) : {});
  return texts.map((text) => made.encode(text, { add_special_tokens: false }).ids);
}

async function logitsByTransformersJs(path, dtype, prompt) {
  const names = { f32: 'fp32', f16: 'fp16', q4: 'q4' };
  const model = await AutoModelForCausalLM.from_pretrained(nameOf(path), { dtype: names[dtype] });
  const long = (values) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  const { logits } = await model({ input_ids: long(prompt), attention_mask: long(prompt.map(() => 1)) });
  const values = logits.to('float32').data;
  await model.dispose();
  return values.subarray((-values.length / prompt.length) * positions);
}

const rows = [];
async function ask(model, { form, dtype, logits: file }, client, { ids, logits }) {
  const row = { name: model.name, kind: model.kind, form, dtype, client, version: versions[client] };
  Object.assign(row, { ids: null, differ: [], logits: null, largest: null, error: null });
  try {
    if (ids) {
      const found = await ids();
      row.differ = texts.filter((_, at) => model.ids[at].join() !== Array.from(found[at]).join());
      row.ids = texts.length - row.differ.length;
    }
    if (logits) {
      const bytes = readFileSync(join(out, file));
      const wanted = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      const found = await logits();
      if (found.length !== wanted.length) throw new Error(`${found.length} logits instead of ${wanted.length}`);
      row.logits = wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at])), 0);
      row.largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    }
  } catch (error) {
    row.error = String(error).replace(/\s+/gu, ' ').slice(0, 300);
  }
  rows.push(row);
}

for (const model of models) {
  for (const form of model.forms) {
    const { path, dtype } = form;
    if (form.form === 'ONNX') {
      const ids = dtype === 'f32' ? () => idsByTransformersJs(path) : undefined;
      await ask(model, form, 'transformers.js', {
        ids,
        logits: () => logitsByTransformersJs(path, dtype, model.prompt),
      });
    } else if (form.form === 'tokenizer') {
      await ask(model, form, 'transformers.js', { ids: () => idsByTransformersJs(path) });
      await ask(model, form, '@huggingface/tokenizers', { ids: () => idsByTokenizers(path) });
    }
  }
}
writeFileSync(answersFile, JSON.stringify(rows));
process.exit(0);

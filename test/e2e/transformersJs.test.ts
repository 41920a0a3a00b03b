/**
 * transformers.js in Chromium reads what the lab exports and writes what the engine writes: from a file server, as from the
 * Hub, and from files that only the page holds. It comes with its own onnxruntime-web.
 */
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderSink, folderTree } from '../../src/checkpoint/node';
import {
  engineText,
  generateText,
  ModelSession,
  onnxDtypes,
  openModel,
  writeOnnxModel,
  type LoadedModel,
} from '../../src/lab/index';
import { openTestEngine } from '../support/engines';
import { openBrowser } from './browser';

const root = resolve(import.meta.dirname, '../..');
const library = join(root, 'node_modules/@huggingface/transformers');
const nested = join(library, 'node_modules/onnxruntime-web/dist');
const prompt = 'Once upon a time';
const newTokens = 12;

const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-transformers-js-'));
let server: Server;
let url: string;
let browser: Browser;
let model: LoadedModel;
let expected: number[];

beforeAll(async () => {
  model = await openModel(await folderTree(join(root, 'public/models/rootstock')), 'bundled');
  const exported = { model, newTokens: [], extras: {} };
  await writeOnnxModel(await folderSink(join(scratch, 'rootstock')), exported, onnxDtypes);
  // A second folder whose weights are split over several files.
  await writeOnnxModel(await folderSink(join(scratch, 'split')), exported, ['f32'], { maxFileBytes: 5_000_000 });
  const session = await ModelSession.open(await openTestEngine('gpu'), model);
  const sampling = { temperature: 0, topK: 0, seed: 1 };
  const pieces = await generateText(engineText(session), model.tokenizer, {
    prompt,
    maxTokens: newTokens,
    ...sampling,
  });
  expected = pieces.map(({ id }) => id);
  session.close();
  server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, 'http://localhost').pathname));
    const file = fileOf(path);
    response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    if (path === '/') response.end(html);
    else if (file && existsSync(file)) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await openBrowser();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Its own import: one within `evaluate` would be rewritten for Node. */
const html = `<!doctype html><title>transformers.js</title>
<script type="module">
  import * as transformers from '/library/transformers.js';
  globalThis.transformers = transformers;
</script>`;

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '': 'text/html',
};

function fileOf(path: string): string | undefined {
  const places: readonly [string, string][] = [
    ['/models/', scratch],
    ['/library/', join(library, 'dist')],
    ['/ort/', existsSync(nested) ? nested : join(root, 'node_modules/onnxruntime-web/dist')],
  ];
  for (const [prefix, folder] of places) if (path.startsWith(prefix)) return join(folder, path.slice(prefix.length));
  return undefined;
}

/** Runs in the page; what transformers.js needs it fetches from the server, or from Blobs that the page holds. */
async function generated({
  name,
  dtype,
  count,
  text,
  inMemory,
}: PageTask): Promise<{ ids: number[]; asked: string[] }> {
  const { AutoModelForCausalLM, AutoTokenizer, env } = (globalThis as { transformers?: TransformersJs }).transformers!;
  const asked: string[] = [];
  env.backends.onnx.wasm.wasmPaths = new URL('/ort/', location.href).href;
  env.useBrowserCache = false;
  env.allowLocalModels = false;
  env.remoteHost = inMemory ? 'https://exported.invalid/' : new URL('/models/', location.href).href;
  env.remotePathTemplate = '{model}/';
  const held = new Map<string, Blob>();
  for (const file of inMemory ?? []) held.set(file, await (await fetch(`/models/${name}/${file}`)).blob());
  env.fetch = async (target: URL | string, options?: RequestInit) => {
    asked.push(String(target));
    const file = [...held.keys()].find((each) => String(target).endsWith(`/${each}`));
    if (file) return new Response(held.get(file), { headers: { 'Content-Length': String(held.get(file)!.size) } });
    return inMemory ? new Response('', { status: 404 }) : fetch(target, options);
  };
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const model = await AutoModelForCausalLM.from_pretrained(name, { device: 'wasm', ...(dtype ? { dtype } : {}) });
  const inputs = await tokenizer(text);
  const output = await model.generate({ ...inputs, max_new_tokens: count, do_sample: false });
  const all = [...output.data].map(Number);
  return { ids: all.slice(inputs.input_ids.data.length), asked };
}

interface PageTask {
  readonly name: string;
  readonly dtype?: string;
  readonly count: number;
  readonly text: string;
  readonly inMemory?: readonly string[];
}

/** As much of the library as the page uses; its own types need the DOM of a bundler. */
interface TransformersJs {
  env: {
    backends: { onnx: { wasm: { wasmPaths: string } } };
    useBrowserCache: boolean;
    allowLocalModels: boolean;
    remoteHost: string;
    remotePathTemplate: string;
    fetch: (target: URL | string, options?: RequestInit) => Promise<Response>;
  };
  AutoTokenizer: {
    from_pretrained(name: string): Promise<(text: string) => Promise<{ input_ids: { data: BigInt64Array } }>>;
  };
  AutoModelForCausalLM: {
    from_pretrained(
      name: string,
      options: object,
    ): Promise<{ generate(options: object): Promise<{ data: BigInt64Array }> }>;
  };
}

async function inPage(task: Omit<PageTask, 'text' | 'count'>) {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    // The lab puts the model's start token before a text; its tokenizer leaves that to the caller.
    const text = model.tokenizer.tokenText(model.startId) + prompt;
    return await page.evaluate(generated, { ...task, text, count: newTokens });
  } finally {
    await page.close();
  }
}

describe('transformers.js on an exported folder', () => {
  test('generates the ids of the engine from a file server, without being told of types or files', async () => {
    const { ids, asked } = await inPage({ name: 'rootstock' });
    expect(ids).toEqual(expected);
    expect(asked.some((each) => each.endsWith('onnx/model.onnx_data'))).toBe(true);
  });

  test('finds weights that are split over several files', async () => {
    const { ids, asked } = await inPage({ name: 'split' });
    expect(ids).toEqual(expected);
    expect(asked.filter((each) => each.includes('.onnx_data')).length).toBeGreaterThan(2);
  });

  test('generates the ids of the engine from f16 weights', async () => {
    expect((await inPage({ name: 'rootstock', dtype: 'fp16' })).ids).toEqual(expected);
  });

  test('runs the weights of 4 bits', async () => {
    const { ids, asked } = await inPage({ name: 'rootstock', dtype: 'q4' });
    expect(ids).toHaveLength(newTokens);
    expect(asked.some((each) => each.endsWith('onnx/model_q4.onnx_data'))).toBe(true);
  });

  test('generates the ids of the engine from files that only the page holds', async () => {
    const inMemory = (await folderTree(join(scratch, 'rootstock'), { deep: true })).list();
    const { ids, asked } = await inPage({ name: 'rootstock', inMemory });
    expect(ids).toEqual(expected);
    expect(asked.every((each) => each.startsWith('https://exported.invalid/'))).toBe(true);
  });
});

// `--model owner/name` as a process: against a mirror, with a cache directory of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyGguf } from '../checkpoint/gguf/tinyGguf';
import { tinyLlama } from '../lab/vocabulary/letters';
import { hubMirror, type HubMirror } from '../support/hubMirror';

let mirror: HubMirror;
const cache = mkdtempSync(join(tmpdir(), 'tokengraft-hub-'));

beforeAll(async () => {
  const tree = await tinyLlama();
  const files: Record<string, Uint8Array> = {};
  for (const name of tree.list()) files[name] = await tree.open(name)!.read(0, tree.open(name)!.size);
  mirror = await hubMirror({
    'lab/tiny': { files, licence: 'mit' },
    'lab/gguf': { files: { 'a.gguf': tinyGguf('llama'), 'b.gguf': tinyGguf('llama') }, token: 'hf_12345678' },
  });
});
afterAll(async () => {
  await mirror.close();
  rmSync(cache, { recursive: true, force: true });
});

/** Not spawnSync: the mirror answers in this process. */
async function lab(arguments_: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'src/headless/cli.ts', ...arguments_], {
    env: { ...process.env, HF_ENDPOINT: mirror.url, TOKENGRAFT_CACHE: cache, HF_TOKEN: '', ...environment },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}

const ids = (stdout: string) => (JSON.parse(stdout) as { ids: number[] }).ids;

describe('models of the Hub on the command line', () => {
  it('says what a model is, downloads it once, and opens it without a connection afterwards', async () => {
    const first = await lab(['tokenize', '--model', 'lab/tiny', '--text', 'abcd ab', '--json']);
    expect(first.stderr).toContain('lab/tiny at 1234567890ab: architecture not stated, licence mit');
    expect(first.stderr).toContain('model.safetensors');
    expect([first.status, ids(first.stdout)]).toEqual([0, [0, 1, 2, 3, 9, 0, 1]]);
    mirror.requests.length = 0;
    const second = await lab(['tokenize', '--model', 'lab/tiny', '--text', 'ab', '--json']);
    expect(ids(second.stdout)).toEqual([0, 1]);
    expect(mirror.requests.every(({ path }) => path.startsWith('/api/'))).toBe(true);
    const offline = await lab([
      'tokenize',
      '--model',
      'lab/tiny',
      '--hub',
      'http://127.0.0.1:1',
      '--text',
      'ab',
      '--json',
    ]);
    expect(ids(offline.stdout)).toEqual([0, 1]);
    expect(offline.stderr).toContain('is opened as it was kept');
  });

  it('opens one GGUF file of a gated model with the token of the environment, and asks which where it is not said', async () => {
    const refused = await lab(['tokenize', '--model', 'lab/gguf', '--text', 'ab', '--json']);
    expect([refused.status, refused.stdout]).toEqual([1, expect.stringContaining('hub/not-allowed')]);
    const token = { HF_TOKEN: 'hf_12345678' };
    const which = await lab(['tokenize', '--model', 'lab/gguf', '--text', 'ab', '--json'], token);
    expect(which.stdout).toContain('hub/choose-file');
    const opened = await lab(['inspect', '--model', 'lab/gguf/b.gguf', '--json'], token);
    expect(JSON.parse(opened.stdout)).toMatchObject({ family: 'llama', stored: [{ dtype: 'F32' }, {}, {}] });
    expect(opened.stdout + opened.stderr).not.toContain('hf_12345678');
  });

  it('lists what is kept, and removes it', async () => {
    const { models } = JSON.parse((await lab(['cached', '--json'])).stdout) as {
      models: { id: string; complete: boolean }[];
    };
    expect(models.map(({ id, complete }) => [id, complete]).sort()).toEqual([
      ['lab/gguf/b.gguf', true],
      ['lab/tiny', true],
    ]);
    await lab(['cached', '--remove', 'lab/tiny']);
    const left = await lab(['cached', '--remove', 'lab/gguf/b.gguf']);
    expect(left.stdout).toContain('nothing is kept');
    expect(readdirSync(cache)).toEqual([]);
  });
});

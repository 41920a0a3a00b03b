import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyLlama } from '../lab/vocabulary/letters';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokengraft-cli-'));
  const tree = await tinyLlama();
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    writeFileSync(join(folder, name), await source.read(0, source.size));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lab(arguments_: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/run.mjs', 'src/headless/cli.ts', ...arguments_],
    { encoding: 'utf8', env: { ...process.env, ...environment }, timeout: 900_000 },
  );
  return { status, stdout, stderr };
}

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

interface Proof {
  readonly passed: boolean;
  readonly onnx: { readonly dtype: string };
}

describe('the command line, as a process', () => {
  it('prints nothing but JSON with --json, and ends by itself', () => {
    const { status, stdout } = lab(['tokenize', '--model', folder, '--text', 'abcd ab', '--json']);
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { ids: number[] }).ids).toEqual([0, 1, 2, 3, 9, 0, 1]);
  });

  it('inspects a model: sizes, types, the four numbers and a plan for every mode', () => {
    const { status, stdout } = lab(['inspect', '--model', folder, '--new-tokens', '8', '--json']);
    expect(status).toBe(0);
    const value = JSON.parse(stdout) as Record<string, unknown> & {
      memory: { plans: { mode: string; fits: boolean }[] };
    };
    expect(value).toMatchObject({ family: 'llama', architecture: 'LlamaForCausalLM', licence: null });
    const { vocabSize, tokenizerLength, idsEnd, embeddingRows, spareRows } = value.rows as Record<string, number>;
    expect(vocabSize).toBeLessThanOrEqual(tokenizerLength!);
    expect([tokenizerLength, spareRows]).toEqual([idsEnd, embeddingRows! - idsEnd!]);
    const dtypes = value.dtypes as { bytes: number; tensors: number }[];
    expect(dtypes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(value.weightBytes);
    expect(value.memory.plans.map(({ mode }) => mode)).toEqual(['new-rows', 'embeddings', 'adapters', 'all']);
    expect(value.memory.plans.every(({ fits }) => fits)).toBe(true);
  });

  it('counts a step for an adapter that is described, where no engine can be opened', () => {
    const file = join(folder, 'adapter.json');
    const nowhere = { VK_ICD_FILENAMES: '/nowhere' };
    const limits = {
      ...{ maxBufferBytes: 2 ** 28, maxBindingBytes: 2 ** 27, maxBindingsPerKernel: 8 },
      ...{ maxWorkgroupsPerDimension: 65535, maxInvocationsPerWorkgroup: 256, maxWorkgroupStorageBytes: 16384 },
    };
    writeFileSync(file, JSON.stringify({ parts: { adapter: { value: { description: 'toy', limits } } } }));
    const asked = ['profile', '--plan', '--model', folder, '--seq', '32', '--adapter', file];
    const counted = lab([...asked, '--memory', '100', '--json'], nowhere);
    expect(counted.status).toBe(0);
    const { adapter, kernels, total, cut, memory } = JSON.parse(counted.stdout) as {
      cut: { adapted: string[] };
      memory: { fits: boolean; budgetBytes: number };
      adapter: { description: string };
      kernels: { dispatches: number }[];
      total: { dispatches: number; flops: number };
    };
    expect(adapter.description).toBe('toy');
    expect(kernels.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(total.dispatches);
    expect(total.flops).toBeGreaterThan(0);
    expect([cut.adapted, memory.fits, memory.budgetBytes]).toEqual([[], true, 100e6]);

    writeFileSync(file, JSON.stringify({ limits: { ...limits, maxBindingBytes: undefined } }));
    const refused = lab(['profile', '--plan', '--model', folder, '--adapter', file, '--json'], nowhere);
    expect((JSON.parse(refused.stdout) as Failure).error).toMatchObject({ code: 'headless/bad-adapter' });
    expect(refused.status).not.toBe(0);
  });

  it('does not mind a reader that has seen enough', () => {
    const command = `"${process.execPath}" scripts/run.mjs src/headless/cli.ts inspect --model "${folder}" | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 900_000 });
    expect([stdout.trim(), stderr]).toEqual(['0', expect.not.stringContaining('EPIPE')]);
  });

  it('answers errors as JSON with status 1', () => {
    const { status, stdout } = lab(['tokenize', '--model', join(folder, 'none'), '--text', 'a', '--json']);
    expect(status).toBe(1);
    const { error } = JSON.parse(stdout) as Failure;
    expect(Object.keys(error)).toEqual(['code', 'message', 'hint']);
    expect(error.code).toBe('checkpoint/missing-folder');
    expect(error.message).toContain('none');
  });

  it('refuses an unknown flag by name, as JSON too', () => {
    const { status, stdout } = lab(['eval', '--corpus', 'a.txt', '--fast', '--json']);
    expect(status).toBe(1);
    expect((JSON.parse(stdout) as Failure).error.message).toContain('`--fast`');
  });

  it('computes without an adapter, and says how to get one where it is asked for', ({ skip }) => {
    skip(process.platform !== 'linux', 'an adapter is hidden by a variable of Vulkan’s loader, which only Linux reads');
    const logits = (device: string) =>
      lab(['logits', '--model', folder, '--text', 'ab', '--device', device, '--json'], {
        VK_ICD_FILENAMES: '/nowhere/icd.json',
      });
    const { status, stdout } = logits('gpu');
    expect(status).toBe(1);
    const { error } = JSON.parse(stdout) as Failure;
    expect(error.code).toBe('engine/no-adapter');
    expect(error.hint).toMatch(/mesa-vulkan-drivers.*VK_ICD_FILENAMES/s);
    const [auto, processor] = ['auto', 'processor'].map((device) => logits(device));
    expect(auto!.status, auto!.stderr).toBe(0);
    expect(JSON.parse(auto!.stdout)).toEqual(JSON.parse(processor!.stdout));
  });

  it('expands a model without an adapter', () => {
    const corpus = join(folder, 'corpus.txt');
    writeFileSync(
      corpus,
      Array.from({ length: 60 }, (_, i) => `abab${'cdef'.slice(i % 4)}gh${'ab'.repeat(i % 5)}`).join('\n'),
    );
    const out = join(folder, 'grown');
    const { status, stdout, stderr } = lab(
      ['expand', '--model', folder, '--corpus', corpus, '--new-tokens', '3', '--out', out, '--json'],
      { VK_ICD_FILENAMES: '/nowhere/icd.json' },
    );
    expect(status, stderr + stdout).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ newTokens: 3, firstNewId: 10, embeddingRowsAfter: 13 });
    const grown = lab(['tokenize', '--model', out, '--text', 'abab', '--json']);
    expect((JSON.parse(grown.stdout) as { ids: number[] }).ids.length).toBeLessThan(4);
  });

  it('expands a tokenizer without weights, into the same tokenizer that the model gets', () => {
    const alone = join(folder, 'tokenizer-alone');
    mkdirSync(alone);
    for (const name of ['tokenizer.json', 'tokenizer_config.json']) copyFileSync(join(folder, name), join(alone, name));
    const out = join(folder, 'grown-tokenizer');
    const arguments_ = ['--corpus', join(folder, 'corpus.txt'), '--new-tokens', '3', '--out', out, '--json'];
    const { status, stdout, stderr } = lab(['expand', '--tokenizer', alone, ...arguments_]);
    expect(status, stderr + stdout).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ newTokens: 3, firstNewId: 10 });
    expect(readdirSync(out).sort()).toEqual(['new_tokens.json', 'tokenizer.json', 'tokenizer_config.json']);
    for (const name of readdirSync(out)) {
      expect(readFileSync(join(out, name), 'utf8'), name).toBe(readFileSync(join(folder, 'grown', name), 'utf8'));
    }
  });

  it('writes shards, a delta, and the grafted model again from base and delta', () => {
    const [grown, delta, again] = ['grown', 'delta', 'again'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const ran = (...arguments_: string[]) => {
      const { status, stdout, stderr } = lab([...arguments_, '--json']);
      expect(status, stderr + stdout).toBe(0);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    const shards = join(folder, 'shards');
    expect(
      ran('export', '--to', 'safetensors', '--model', grown, '--shard-bytes', '900', '--out', shards),
    ).toMatchObject({
      verified: true,
      dtype: null,
    });
    expect(readdirSync(shards)).toContain('model.safetensors.index.json');
    expect(ran('export', '--to', 'delta', '--model', shards, '--base', folder, '--out', delta)).toMatchObject({
      newTokens: 3,
      firstNewId: 10,
    });
    ran('apply', '--model', folder, '--delta', delta, '--out', again);
    expect(readFileSync(join(again, 'model.safetensors'))).toEqual(readFileSync(join(grown, 'model.safetensors')));
    const wrong = lab(['apply', '--model', 'bundled', '--delta', delta, '--out', join(folder, 'wrong'), '--json']);
    expect((JSON.parse(wrong.stdout) as Failure).error).toMatchObject({ code: 'graft/wrong-base' });
    const onto = lab(['export', '--to', 'safetensors', '--model', grown, '--out', grown, '--json']);
    expect((JSON.parse(onto.stdout) as Failure).error).toMatchObject({ code: 'headless/same-folder' });
  });

  it('exports to ONNX without an adapter, and compares with the processor', () => {
    const out = join(folder, 'onnx');
    const exported = (...more: string[]) =>
      lab(['export', '--model', folder, '--to', 'onnx', '--json', ...more], { VK_ICD_FILENAMES: '/nowhere/icd.json' });
    const { status, stdout, stderr } = exported('--dtype', 'q4,f32', '--out', out);
    expect(status, stderr + stdout).toBe(0);
    const { files, proofs, dtypes } = JSON.parse(stdout) as { files: string[]; proofs: Proof[]; dtypes: string[] };
    expect(files).toEqual(
      expect.arrayContaining(['config.json', 'tokenizer.json', 'onnx/model.onnx_data', 'onnx/model_q4.onnx']),
    );
    expect(dtypes).toEqual(['q4', 'f32']);
    expect(proofs.map(({ passed, onnx }) => [onnx.dtype, passed])).toEqual([
      ['q4', true],
      ['f32', true],
    ]);
    const refused = exported('--dtype', 'f32,int8', '--out', join(folder, 'other'));
    expect((JSON.parse(refused.stdout) as Failure).error.message).toContain('`int8`');
    const same = exported('--out', folder);
    expect((JSON.parse(same.stdout) as Failure).error.code).toBe('headless/same-folder');
  });

  it('evaluates and generates without an adapter, in onnxruntime', () => {
    const corpus = join(folder, 'letters.txt');
    const run = (...verb: string[]) => {
      const { stdout } = lab([...verb, '--model', folder, '--runtime', 'onnxruntime', '--json'], {
        VK_ICD_FILENAMES: '/nowhere/icd.json',
      });
      return JSON.parse(stdout) as { bitsPerByte: number | null; bytes: number; lostBytes: number; ids: number[] };
    };
    writeFileSync(corpus, 'abab cdef gh ab');
    const whole = run('eval', '--corpus', corpus);
    expect(whole).toMatchObject({ bytes: 15, lostBytes: 0 });
    expect(whole.bitsPerByte).toBeGreaterThan(1);
    // Eight letters and a space are all that its tokenizer can write.
    writeFileSync(corpus, 'abab cdef\ngh äb');
    expect(run('eval', '--corpus', corpus)).toMatchObject({ bytes: 16, lostBytes: 3, bitsPerByte: null });
    expect(run('generate', '--prompt', 'ab', '--max-tokens', '3').ids.length).toBeLessThanOrEqual(3);
  });

  it('tokenizes without weights, with offsets in characters', () => {
    const tokenizer = join(folder, 'tokenizer-only');
    mkdirSync(tokenizer);
    copyFileSync('public/models/rootstock/tokenizer.json', join(tokenizer, 'tokenizer.json'));
    const { stdout } = lab(['tokenize', '--tokenizer', tokenizer, '--text', '🌿 the', '--json']);
    const { ids, pieces, offsets } = JSON.parse(stdout) as { ids: number[]; pieces: string[]; offsets: number[][] };
    expect(pieces).toHaveLength(ids.length);
    expect(pieces.at(-1)).toBe('Ġthe');
    expect(offsets.at(-1)).toEqual([1, 5]);
    expect(offsets[0]).toEqual([0, 1]);
  });

  it('says which characters a tokenizer loses, and gives no length in tokens then', () => {
    const { stdout } = lab(['tokenize', '--model', folder, '--text', 'ab🌿 zd', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      bytes: 9,
      lostBytes: 5,
      bytesPerToken: null,
      lost: [
        [2, 3],
        [4, 5],
      ],
    });
    expect(lab(['tokenize', '--model', folder, '--text', 'ab🌿']).stdout).toMatch(/4 of 6 bytes are lost/u);
  });

  it('says why there are fewer new tokens than were asked for', () => {
    const corpus = join(folder, 'few.jsonl');
    writeFileSync(
      corpus,
      Array.from({ length: 12 }, (_, n) =>
        JSON.stringify({ text: `abab cd ${'efgh'.slice(n % 3)} ${'abcdefgh'[n % 8]}` }),
      ).join('\n'),
    );
    const out = join(folder, 'few-out');
    const arguments_ = ['expand', '--model', folder, '--corpus', corpus, '--new-tokens', '99', '--out', out];
    const { stdout } = lab([...arguments_, '--min-frequency', '4']);
    expect(stdout).toMatch(/new tokens of the 99 asked for/u);
    expect(stdout).toMatch(/The text holds no more candidates/u);
    const value = JSON.parse(lab([...arguments_, '--min-frequency', '4', '--json']).stdout) as {
      newTokens: number;
      shortfall: { asked: number; learned: number };
    };
    expect(value.shortfall).toMatchObject({ asked: 99, learned: value.newTokens });
  });

  it('diagnoses with a tokenizer and sizes alone, and asks for what is missing', () => {
    const tokenizer = join(folder, 'sizes-only');
    mkdirSync(tokenizer);
    copyFileSync('public/models/rootstock/tokenizer.json', join(tokenizer, 'tokenizer.json'));
    const corpus = join(folder, 'molecules.smi');
    writeFileSync(corpus, readFileSync('public/samples/molecules.smi', 'utf8').slice(0, 120_000));
    const diagnose = () => lab(['diagnose', '--tokenizer', tokenizer, '--corpus', corpus, '--json']);
    expect((JSON.parse(diagnose().stdout) as Failure).error.code).toBe('checkpoint/missing-file');
    writeFileSync(join(tokenizer, 'config.json'), '{"hidden_size": 64, "vocab_size": 4096}');
    expect((JSON.parse(diagnose().stdout) as Failure).error).toMatchObject({ code: 'lab/no-sizes' });
    writeFileSync(
      join(tokenizer, 'config.json'),
      '{"hidden_size": 64, "vocab_size": 4096, "num_hidden_layers": 4, "tie_word_embeddings": true}',
    );
    const { verdict, confidence, signals, frontier, ceiling } = JSON.parse(diagnose().stdout) as {
      verdict: string;
      confidence: number;
      signals: { name: string; value: number; threshold: number | null; verdict: string; why: string }[];
      frontier: { newTokens: number; bytesPerToken: number }[];
      ceiling: number;
    };
    expect(verdict).toBe('expand');
    expect(confidence).toBeGreaterThan(0.5);
    expect(signals.map(({ name }) => name)).toEqual([
      'compression',
      'fragmentation',
      'exposure',
      'boundaries',
      'budget',
      'vocabularyShare',
      'naturalness',
      'ceiling',
    ]);
    for (const { why, verdict: reading } of signals) expect([why.length > 20, reading !== '']).toEqual([true, true]);
    expect(frontier.at(-1)!.bytesPerToken).toBeGreaterThan(frontier[0]!.bytesPerToken);
    expect(ceiling).toBeGreaterThanOrEqual(frontier.at(-1)!.bytesPerToken);
  });

  it('expands by another method, and refuses one that does not exist', () => {
    const corpus = join(folder, 'molecules.smi');
    const expand = (method: string, ...more: string[]) =>
      lab([
        'expand',
        '--corpus',
        corpus,
        '--new-tokens',
        '12',
        '--method',
        method,
        '--out',
        join(folder, method),
        ...more,
        '--json',
      ]);
    expect(JSON.parse(expand('atomic:smiles').stdout)).toMatchObject({ method: 'atomic:smiles', firstNewId: 4096 });
    const { ids, pieces } = JSON.parse(
      lab(['tokenize', '--model', join(folder, 'atomic:smiles'), '--text', 'C[C@@H]Cl', '--json']).stdout,
    ) as { ids: number[]; pieces: string[] };
    expect(pieces).toEqual(['C', '[C@@H]', 'Cl']);
    expect(ids.slice(1).every((id) => id >= 4096)).toBe(true);
    expect((JSON.parse(expand('atomic:cookery').stdout) as Failure).error.message).toMatch(
      /`--method`: .* is "cookery"; expected is one of smiles/,
    );
    expect((JSON.parse(expand('continued', '--never', '(').stdout) as Failure).error.code).toBe('lab/bad-pattern');
  });
});

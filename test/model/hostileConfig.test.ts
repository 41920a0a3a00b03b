// Damaged configurations end in a LabError, never in a crash, and what is accepted stays small: ten thousand changes to the
// configurations of every family.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { parameterSpecs, parseConfig } from '../../src/model/index';
import { uniforms } from '../engine/ops/values';

type Json = Record<string, unknown>;

const configs = Object.values(
  JSON.parse(readFileSync(new URL('../fixtures/golden/families.json', import.meta.url), 'utf8')) as Record<
    string,
    Json
  >,
);
const next = uniforms(1);
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
const deep = () => Array.from({ length: 2000 }).reduce<unknown>((inner) => [inner], 0);
const junk: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => -1,
  () => 0,
  () => 1.5,
  () => 1e308,
  () => 2 ** 31 - 1,
  () => Number.NaN,
  () => Math.floor(next() * 40),
  () => '',
  () => '__proto__',
  () => true,
  () => false,
  () => [],
  () => ({}),
  () => [null, 'sliding_attention'],
  () => Array.from({ length: 2 }, () => 'sliding_attention'),
  () => ({ rope_type: pick(['linear', 'llama3', 'yarn', 3, null]), factor: pick([0, -2, 1e308, '2', 4]) }),
  () => ({
    full_attention: pick([null, 3, {}, { rope_theta: 0 }]),
    sliding_attention: pick([[], 'x', { type: 'linear' }]),
  }),
  deep,
];
const fields = [
  ...new Set(configs.flatMap((config) => Object.keys(config))),
  ...['rope_scaling', 'rope_theta', 'rope_local_base_freq', 'rotary_pct', 'rotary_emb_base', 'partial_rotary_factor'],
  ...['quantization_config', 'sliding_window_pattern', 'pretraining_tp', 'n_inner', 'final_logit_softcapping'],
];

function damaged(): Json {
  const config = structuredClone(pick(configs));
  for (let changes = 1 + Math.floor(next() * 3); changes > 0; changes--) config[pick(fields)] = pick(junk)();
  return config;
}

it('survives 10,000 damaged configurations', () => {
  let accepted = 0;
  const codes = new Map<string, number>();
  for (let round = 0; round < 10_000; round++) {
    const json = damaged();
    try {
      const config = parseConfig(json);
      const specs = parameterSpecs(config);
      expect(specs.length < 20_000 && specs.every(({ shape }) => shape.every((size) => size > 0))).toBe(true);
      accepted++;
    } catch (error) {
      if (!(error instanceof LabError)) throw new Error(JSON.stringify(json), { cause: error });
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
    }
  }
  expect([...codes.keys()].sort()).toEqual(['model/bad-config', 'model/unsupported']);
  // Both ways are taken: most changes are refused, many touch nothing that is read.
  expect(accepted).toBeGreaterThan(1000);
  expect(10_000 - accepted).toBeGreaterThan(3000);
});

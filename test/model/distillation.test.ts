// What a new row learns of its old pieces, against PyTorch: every family, some layer, alone and with a share of next tokens.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/index';
import { modelInputs, teacherPrefix } from '../../src/model/index';
import { engineNames, openTestEngine } from '../support/engines';
import { GoldenCase, relativeError } from './goldenCase';

interface DistillationFile {
  readonly rowLength: number;
  readonly newIds: { readonly first: number; readonly count: number };
  readonly pupil: readonly number[];
  readonly teacher: readonly number[];
  readonly pairs: readonly (readonly [pupil: number, teacher: number])[];
  readonly cases: readonly {
    readonly model: string;
    readonly layer: number;
    readonly nextToken: number;
    readonly errors: readonly number[];
    readonly nextLoss: number;
    readonly gradient: readonly number[];
  }[];
}

const file = new URL('../fixtures/golden/distillation.json', import.meta.url);
const { rowLength, newIds, pupil, teacher, pairs, cases } = JSON.parse(readFileSync(file, 'utf8')) as DistillationFile;

/** One row, filled up with what nobody reads. */
function row(ids: readonly number[], scale = 1) {
  const filled = new Uint32Array(rowLength);
  filled.set(ids);
  const documentLengths = [ids.length, rowLength - ids.length];
  return modelInputs({ ids: filled, rowLength, documentLengths, targets: nextOf(ids), targetCount: scale });
}

function nextOf(ids: readonly number[]): Uint32Array {
  return Uint32Array.from({ length: rowLength }, (_, at) => ids[at + 1] ?? 0xffffffff);
}

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  it.each(cases)('$model, behind layer $layer, $nextToken of the loss next tokens', async (wanted) => {
    const model = await GoldenCase.open(wanted.model);
    const options = {
      ...model.options('loss', { newIds, train: { base: false, new: true, body: false } }),
      ...{ tokens: rowLength, rowLength },
      taught: { layer: wanted.layer, nextToken: wanted.nextToken > 0 },
    };
    const store = await model.store(engine, options);
    const { graph, outputs } = model.build(options);
    const [name] = options.vocabulary.input.filter(({ trainable }) => trainable).map((segment) => segment.name);
    const gradient = [...graph.parameterGradients.values()].find((tensor) => tensor.name.endsWith(name!))!;
    const program = await engine.forward(graph, store, [outputs.tokenLoss!, outputs.taughtError!, gradient]);
    const states = new Uint32Array(rowLength);
    const weights = new Float32Array(rowLength);
    for (const [at, from] of pairs) {
      states[at] = from;
      weights[at] = (1 - wanted.nextToken) / pairs.length;
    }
    const teacherInputs = Object.entries({ ...row(teacher), states, weights });
    const [losses, errors, found] = await program.run({
      ...row(pupil, (pupil.length - 1) / (wanted.nextToken || 1)),
      ...Object.fromEntries(teacherInputs.map(([input, values]) => [`${teacherPrefix}${input}`, values])),
    });
    const atPairs = pairs.map(([at]) => errors![at]!);
    expect(relativeError(atPairs, wanted.errors)).toBeLessThan(1e-5);
    expect(errors!.reduce((sum, error) => sum + error, 0)).toBeCloseTo(
      atPairs.reduce((sum, error) => sum + error, 0),
      6,
    );
    const mean = losses!.reduce((sum, loss) => sum + loss, 0) / (pupil.length - 1);
    expect(Math.abs(mean / wanted.nextLoss - 1)).toBeLessThan(1e-5);
    expect(relativeError(found!, wanted.gradient)).toBeLessThan(1e-4);
  });
});

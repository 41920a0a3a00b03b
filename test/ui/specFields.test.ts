// Fields of a specification by their path: changed without touching the others, read as the schema wants them.
import { describe, expect, it } from 'vitest';
import { experimentSchema, specProblems, type SpecSchema } from '../../src/lab/index';
import { pathText, schemaAt, typedValue, valueAt, withValue } from '../../src/ui/state/spec-fields';

const schema = JSON.parse(JSON.stringify(experimentSchema)) as SpecSchema;
const spec = {
  ...{ version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1000 }, seeds: [1] },
  arms: { 'old vocabulary': { stages: [{ moves: { everything: 0.003 } }] } },
};
const rows = ['arms', 'old vocabulary', 'stages', 0, 'batch', 'rows'] as const;

describe('a field', () => {
  it('is changed, made and taken away, and nothing else is', () => {
    const changed = withValue(spec, rows, 8);
    expect(valueAt(changed, rows)).toBe(8);
    expect(valueAt(changed, rows.slice(0, 4))).toEqual({ moves: { everything: 0.003 }, batch: { rows: 8 } });
    expect({ ...(changed as object), arms: spec.arms }).toEqual(spec);
    expect(specProblems(changed)).toEqual([]);
    expect(withValue(spec, ['budget', 'bytes'], undefined)).toEqual({ ...spec, budget: {} });
    expect(valueAt(withValue({}, ['stages', 0, 'share'], 2), ['stages', 0])).toEqual({ share: 2 });
    expect(valueAt(spec, ['arms', 'none', 'stages', 0])).toBeUndefined();
  });

  it('is named as the problems name it', () => {
    const [problem] = specProblems(withValue(spec, rows, 0));
    expect(problem!.path).toBe(pathText(rows));
  });

  it('has its choices, bounds and default from the schema', () => {
    expect(schemaAt(schema, rows)).toMatchObject({ type: 'integer', minimum: 1, default: 4 });
    expect(schemaAt(schema, ['arms', 'any name', 'vocabulary', 'method'])!.enum).toContain('continued');
    expect(schemaAt(schema, ['model', 'name'])).toMatchObject({ type: 'string' });
    expect(schemaAt(schema, ['nothing'])).toBeUndefined();
  });

  it.each([
    [['budget', 'bytes'], '40,000', 40_000],
    [['seeds'], '1, 2 3', [1, 2, 3]],
    [['evaluation', 'margin'], '0.1', 0.1],
    [['evaluation', 'margin'], 'a tenth', 'a tenth'],
    [['name'], 'Do they?', 'Do they?'],
    [['name'], ' ', undefined],
  ] as const)('%j takes %j for %j', (path, text, value) => {
    expect(typedValue(schemaAt(schema, path)!, text)).toEqual(value);
  });
});

// The command line reads what people bring as what it is: the cases of test/support/corpusCases.ts through `lab corpus`.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/headless/arguments';
import { corpusVerb } from '../../src/headless/verbs/lookAtCorpus';
import { casesFolder, corpusCases } from '../support/corpusCases';

describe('lab corpus', () => {
  it.each(corpusCases)('$file', async (expected) => {
    const path = join(casesFolder, expected.file);
    const named = expected.named === undefined ? [] : ['--field', expected.named];
    const { value } = await corpusVerb(parseCommand(['corpus', '--corpus', path, '--json', ...named]));
    const { documents, duplicates = 0, withoutText = 0, format, field } = expected;
    expect(value).toMatchObject({
      files: [{ format, field, documents, duplicates, withoutText }],
      documents,
      duplicates,
      withoutText,
      ...(expected.entities === undefined ? {} : { entities: expected.entities }),
    });
    const { train, heldOut, first } = value as { train: number; heldOut: number; first: string[] };
    expect(first[0]).toBe(expected.first);
    expect(train + heldOut).toBe(documents);
    expect(heldOut).toBeGreaterThan(0);
    // About a tenth, by entity: of three openings one.
    expect(heldOut / documents).toBeLessThanOrEqual(expected.entities === 3 ? 0.5 : documents > 10 ? 0.25 : 0.5);
  });
});

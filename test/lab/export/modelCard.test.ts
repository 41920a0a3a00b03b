import { describe, expect, it } from 'vitest';
import { modelCardText } from '../../../src/graft/index';
import {
  buildVocabulary,
  cardOf,
  experimentFigures,
  learnVocabulary,
  openModel,
  type ExperimentReport,
} from '../../../src/lab/index';
import { graftRows } from '../../../src/lab/device/graftedRows';
import { syllableCorpus, tinyLlama } from '../vocabulary/letters';

const corpus = syllableCorpus(40, 5, ['abc']);

describe('the model card', () => {
  it('says how new rows started, and of an untrained graft that it is not trained', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 4 }), 4);
    const graft = await graftRows(model, vocabulary.newRows, 'random', 1);
    const start = { input: 'random', output: 'random' } as const;
    const parts = { model, corpus: corpus.summary, graft, start, moves: [], steps: 0 } as const;
    const text = modelCardText(cardOf(parts));
    expect(text).toContain('- New rows started as: random.');
    expect(text).toContain('with 4 new tokens, grafted with Tokengraft');
    expect(text).toContain('Not trained yet.');
    expect(text).not.toContain('trained with Tokengraft');
    const sides = modelCardText(cardOf({ ...parts, start: { input: 'random', output: 'zero' } }));
    expect(sides).toContain('- New rows started as: random (input side), zero (output side).');
    const { start: _, ...elsewhere } = parts;
    expect(modelCardText(cardOf(elsewhere))).toContain('- New rows started as: not known.');
  });

  it.each([
    [['newRows'], 'the new rows only'],
    [['newRows', 'oldRows'], 'all embedding rows'],
    [['newRows', 'oldRows', 'body', 'norms'], 'all parameters'],
    [['newRows', 'body'], 'the new rows, the matrices between the embeddings'],
  ] as const)('says what moved: %j', async (moves, expected) => {
    const model = await openModel(await tinyLlama(), 'folder');
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 4 }), 4);
    const graft = await graftRows(model, vocabulary.newRows, 'random', 1);
    const text = modelCardText(cardOf({ model, corpus: corpus.summary, graft, moves, steps: 3 }));
    expect(text).toContain(`- Training: 3 steps; what moved: ${expected}.`);
  });

  it('gives no range of new ids where there are none', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const moves = ['oldRows', 'body', 'norms'] as const;
    const learned = ['next-token', 'next-token'] as const;
    const text = modelCardText(cardOf({ model, corpus: corpus.summary, graft: undefined, moves, steps: 3, learned }));
    expect(text).toContain('- New tokens: none; the embedding has 10 rows.');
    expect(text).toContain('3 steps; what moved: all parameters; what was learned: every next token of the text.');
    expect(text).not.toContain('New rows started');
    expect(text).toMatch(/^`[^`]*`, trained with Tokengraft/m);
  });

  it('gives the figures of every arm, and what was found against the control', () => {
    const score = (bitsPerByte: number) => ({
      ...{ bitsPerByte, lostBytes: 0, interval: null, nllPerToken: 1, tokens: 50, bytes: 100, documents: 9 },
    });
    const run = (arm: string, seed: number, bits: number) => ({
      ...{ arm, seed, state: 'finished' as const, newTokens: 0, steps: 4, bytes: 1500, tokens: 700 },
      ...{ heldOut: score(bits), general: score(2), bytesPerToken: 2, secondsPerMegabyte: 1 },
    });
    const compared = { arm: 'graft', against: 'old vocabulary', outcome: 'expand-for-speed' };
    const report = {
      arms: [run('old vocabulary', 1, 1.5), run('old vocabulary', 2, 1.7), run('graft', 1, 1.61)],
      comparisons: [{ ...compared, heldOut: { difference: 0.01, interval: [-0.005, 0.025] } }],
    } as unknown as ExperimentReport;
    const { arms, figures, verdict } = experimentFigures(report, 'graft');
    expect(arms).toEqual(['old vocabulary', 'graft']);
    const values = Object.fromEntries(figures.map((figure) => [figure.measure, figure.values]));
    expect(values['bits per byte, held-out']).toEqual(['1.600', '1.610']);
    expect(values['seeds']).toEqual(['2', '1']);
    expect(verdict).toBe(
      'Against `old vocabulary`: it needs no more bits per byte than the control, within the margin, in fewer tokens (+0.010 bits per byte, 95 % interval -0.005 to 0.025).',
    );
    expect(experimentFigures(report, 'old vocabulary').verdict).toBeUndefined();
    // Answers are no part of the outcome, and stand beside it.
    const answered = {
      arms: report.arms.map((each, at) => ({ ...each, ...(at === 0 ? {} : { answers: score(2 + at) }) })),
      comparisons: [{ ...compared, heldOut: null, answers: { difference: 0.26, interval: null } }],
    } as unknown as ExperimentReport;
    const found = experimentFigures(answered, 'graft');
    expect(found.figures.find(({ measure }) => measure === 'bits per byte, held-out answers')!.values).toEqual([
      'not scored',
      '4.000',
    ]);
    expect(found.verdict).toMatch(/; held-out answers beside the control's \(\+0\.260 bits per byte\)\.$/u);
    expect(values['bits per byte, held-out answers']).toBeUndefined();
  });
});

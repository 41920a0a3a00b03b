import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import {
  controlOf,
  experimentVerdict,
  type ExperimentTerms,
  type ScoredArm,
  type SeedRunScores,
} from '../../../src/lab/scoring/experimentVerdict';
import { flat, simulate } from './simulatedScores';

const everything = ['oldRows', 'norms', 'body'];
const terms: ExperimentTerms = { seeds: [1, 2, 3], margin: 0.02, atEqual: 'bytes' };

interface Run {
  readonly bits: number;
  readonly seeds?: readonly number[];
  readonly bytesPerToken?: number;
  readonly lost?: number;
  readonly documents?: number;
}

/** Seeds differ by a thousandth of a bit. */
const runs = ({ bits, seeds = [1, 2, 3], documents = 10, ...options }: Run): SeedRunScores[] =>
  seeds.map((seed) => ({
    seed,
    heldOut: flat(bits + seed / 1000, documents, options),
    general: flat(3 + bits / 10, documents),
  }));

const old = (name: string, moves: readonly string[], run: Run): ScoredArm => ({
  name,
  hasVocabulary: false,
  moves,
  scores: runs(run),
});
const graft = (name: string, moves: readonly string[], run: Run): ScoredArm => ({
  name,
  hasVocabulary: true,
  moves: ['newRows', ...moves],
  scores: runs({ bytesPerToken: 4, ...run }),
});
const base: ScoredArm = {
  name: 'base',
  hasVocabulary: false,
  moves: [],
  scores: { heldOut: flat(10, 10), general: flat(3, 10) },
};
const control = old('old vocabulary', everything, { bits: 1.5 });
const read = (...arms: ScoredArm[]) => experimentVerdict(arms, terms);

describe('the control', () => {
  it('is the old vocabulary with the same freedom to move, in whatever order', () => {
    const rows = old('rows', ['oldRows'], { bits: 2.5 });
    const arms = [base, rows, control];
    expect(controlOf(graft('a', ['body', 'oldRows', 'norms'], { bits: 1 }), arms)).toBe(control);
    expect(controlOf(graft('b', ['oldRows', 'oldRows'], { bits: 1 }), arms)).toBe(rows);
  });

  it('is never the untouched base, nor an arm with a vocabulary', () => {
    const arm = graft('a', everything, { bits: 1 });
    expect(controlOf(arm, [base, arm, graft('b', everything, { bits: 2 })])).toBeUndefined();
  });

  it('is the one that moves the most where none is equal, and that is said', () => {
    const { comparisons, verdict } = read(
      base,
      old('rows', ['oldRows'], { bits: 2.5 }),
      control,
      graft('new', [], { bits: 2 }),
    );
    expect(comparisons[0]).toMatchObject({ against: 'old vocabulary', sameFreedom: false, outcome: 'do-not-expand' });
    expect(verdict!.advice).toEqual([{ kind: 'adapt-without-expanding', arm: 'old vocabulary' }]);
    const some = read(control, graft('some', ['oldRows'], { bits: 1 })).verdict!;
    expect(some).toMatchObject({ outcome: 'expand', sameFreedom: false });
    expect(some.advice).toContainEqual({ kind: 'add-control', moves: ['oldRows'] });
  });

  it('reads as much general text as the arm where one does, and that another does not is said', () => {
    const replaying = { ...old('replaying', everything, { bits: 1.2 }), replay: 0.5 };
    const arm = graft('new', everything, { bits: 1.4 });
    expect(controlOf(arm, [replaying, control])).toBe(control);
    expect(controlOf({ ...arm, replay: 0.5 }, [replaying, control])).toBe(replaying);
    const { comparisons, verdict } = read(replaying, arm);
    expect(comparisons[0]).toMatchObject({ against: 'replaying', sameFreedom: true, sameText: false });
    expect(verdict).toMatchObject({ sameText: false });
    expect(read(control, arm).verdict).toMatchObject({ sameText: true });
  });

  it('has adapters of the same size and place where it has the same freedom', () => {
    const ranked = (adapters: string) => ({ ...old(adapters, ['adapters'], { bits: 2 }), adapters });
    const arm = { ...graft('new', ['adapters'], { bits: 1.9 }), adapters: '8 ' };
    const [small, equal] = [ranked('1 q_proj'), ranked('8 ')];
    expect(controlOf(arm, [{ ...small, ...old('1 q_proj', ['adapters'], { bits: 1 }) }, equal])).toBe(equal);
    expect(read(small, arm).comparisons[0]).toMatchObject({ against: '1 q_proj', sameFreedom: false });
  });

  it('is the strongest of several with the same freedom', () => {
    const slow = old('slow', everything, { bits: 1.9 });
    const fast = old('fast', everything, { bits: 1.4 });
    const none = old('none yet', everything, { bits: 1, seeds: [] });
    const arm = graft('a', everything, { bits: 1.6 });
    expect(controlOf(arm, [none, slow, control, fast])).toBe(fast);
    expect(controlOf(arm, [none, old('neither', everything, { bits: 1, seeds: [] })])).toBe(none);
  });
});

describe('the comparisons', () => {
  it('are of every expanded and trained arm, in their order', () => {
    const untrained: ScoredArm = { ...base, name: 'untrained graft', hasVocabulary: true };
    const { comparisons } = read(
      graft('b', everything, { bits: 1.6 }),
      base,
      untrained,
      control,
      graft('a', everything, { bits: 1.4 }),
    );
    expect(comparisons.map(({ arm, against }) => [arm, against])).toEqual([
      ['b', 'old vocabulary'],
      ['a', 'old vocabulary'],
    ]);
  });

  it('hold difference, interval, tokens saved, margin and forgetting', () => {
    const [comparison] = read(base, control, graft('a', everything, { bits: 1.4 })).comparisons;
    expect(comparison).toMatchObject({
      sameFreedom: true,
      outcome: 'expand',
      tokensSaved: 0.5,
      marginBits: expect.closeTo(0.02 * 1.502, 10),
      heldOut: {
        difference: expect.closeTo(-0.1, 10),
        seeds: [1, 2, 3],
        documents: 10,
        levels: 'documents-and-seeds',
        controlBitsPerByte: expect.closeTo(1.502, 10),
      },
      general: {
        difference: expect.closeTo(-0.01, 10),
        interval: [expect.closeTo(-0.01, 9), expect.closeTo(-0.01, 9)],
      },
      whatWouldTell: null,
    });
  });

  it('say that the measured graft of the molecules is for speed, not better, against the control', () => {
    const speed = { ...terms, margin: 0.1 };
    const arms = [base, old('old', everything, { bits: 1.49 }), graft('all', everything, { bits: 1.58 })];
    expect(experimentVerdict(arms, speed).verdict).toMatchObject({ outcome: 'expand-for-speed', against: 'old' });
    expect(experimentVerdict(arms, terms).verdict).toMatchObject({ outcome: 'do-not-expand', against: 'old' });
  });

  it('do without general text', () => {
    const without = (arm: ScoredArm): ScoredArm => ({
      ...arm,
      scores: (arm.scores as SeedRunScores[]).map(({ seed, heldOut }) => ({ seed, heldOut })),
    });
    const [comparison] = read(without(control), graft('a', everything, { bits: 1.4 })).comparisons;
    expect(comparison).toMatchObject({ outcome: 'expand', general: null });
  });
});

describe('the verdict', () => {
  it('is nothing where nothing was expanded and trained', () => {
    expect(read(base, control)).toEqual({ comparisons: [], verdict: null });
  });

  it('has no control where there is none, and says what to add', () => {
    const { verdict } = read(base, graft('a', everything, { bits: 1 }));
    expect(verdict).toMatchObject({ outcome: 'no-control', arm: 'a', against: null, difference: null, interval: null });
    expect(verdict!.advice).toEqual([{ kind: 'add-control', moves: everything }]);
    expect(read(base, graft('new', [], { bits: 1 })).verdict!.advice).toEqual([
      { kind: 'add-control', moves: ['oldRows'] },
    ]);
  });

  it('is that of the best arm: better before shorter before open before worse', () => {
    const better = graft('better', everything, { bits: 1.4 });
    const best = graft('best', everything, { bits: 1.3 });
    const shorter = graft('shorter', everything, { bits: 1.51 });
    const worse = graft('worse', everything, { bits: 1.9 });
    const noisy = simulate({ mean: 0, seeds: 0.2, documents: 0.2 }, 3, 10, 1);
    const open: ScoredArm = {
      ...better,
      name: 'open',
      scores: noisy.arm.map(({ seed, scores }, n) => ({
        seed,
        heldOut: {
          ...scores,
          tokens: scores.tokens.map((each) => each / 2),
          nats: scores.nats.map(
            (nats, d) => nats - noisy.control[n]!.scores.nats[d]! + flat(1.5 + seed / 1000, 10).nats[d]!,
          ),
        },
      })),
    };
    const outcome = (...arms: ScoredArm[]) => {
      const { verdict } = read(control, ...arms);
      return [verdict!.arm, verdict!.outcome];
    };
    expect(outcome(worse, open, shorter, better, best)).toEqual(['best', 'expand']);
    expect(outcome(worse, open, shorter, better)).toEqual(['better', 'expand']);
    expect(outcome(worse, open, shorter)).toEqual(['shorter', 'expand-for-speed']);
    expect(outcome(worse, open)).toEqual(['open', 'cannot-tell']);
    expect(outcome(worse)).toEqual(['worse', 'do-not-expand']);
    // Where bits decide nothing, tokens do.
    const shortest = graft('shortest', everything, { bits: 1.515, bytesPerToken: 6 });
    expect(outcome(shorter, shortest)).toEqual(['shortest', 'expand-for-speed']);
    const told = read(control, worse, open);
    expect(told.comparisons[1]!.whatWouldTell).not.toBeNull();
    expect(told.verdict!.advice).toEqual([{ kind: 'tell-apart', ...told.comparisons[1]!.whatWouldTell }]);
  });

  it('carries what the experiment was equal at', () => {
    const arms = [control, graft('a', everything, { bits: 1.4 })];
    expect(experimentVerdict(arms, terms).verdict!.atEqual).toBe('bytes');
    expect(experimentVerdict(arms, { ...terms, atEqual: 'flops' }).verdict!.atEqual).toBe('flops');
  });

  it('is provisional until every seed of every arm is done, and names what is missing', () => {
    const arm = graft('a', everything, { bits: 1.4, seeds: [1] });
    const { verdict, comparisons } = read(base, control, arm);
    expect(comparisons[0]!.heldOut).toMatchObject({
      seeds: [1],
      levels: 'documents',
      leftOut: { arm: [], control: [2, 3] },
    });
    expect(verdict).toMatchObject({ outcome: 'expand', provisional: true });
    expect(verdict!.advice).toContainEqual({ kind: 'finish', runs: [{ arm: 'a', seeds: [2, 3] }] });
    expect(read(base, control, graft('a', everything, { bits: 1.4 })).verdict!.provisional).toBe(false);
    expect(read(base, control, { ...arm, ended: [2, 3] }).verdict!.provisional).toBe(false);
  });

  it('reads held-out answers beside the text that decides, and nothing where they were not scored', () => {
    const answering = (arm: ScoredArm, bits: number): ScoredArm => ({
      ...arm,
      reads: 'text 0.5',
      scores: (arm.scores as SeedRunScores[]).map((run) => ({ ...run, answers: flat(bits + run.seed / 1000, 4) })),
    });
    const arm = answering(graft('a', everything, { bits: 1.4 }), 2);
    const { verdict, comparisons } = read(answering(control, 1.5), arm);
    expect(verdict!.outcome).toBe('expand');
    expect(comparisons[0]!.answers).toMatchObject({ seeds: [1, 2, 3], documents: 4 });
    expect(comparisons[0]!.answers!.difference).toBeCloseTo(0.5, 9);
    expect(verdict!.advice).toEqual([
      { kind: 'take', arm: 'a' },
      { kind: 'for-answers', arm: 'old vocabulary' },
    ]);
    // Text and answers agree: nothing is added.
    expect(read(answering(control, 2.5), arm).verdict!.advice).toEqual([{ kind: 'take', arm: 'a' }]);
    const worse = answering(graft('worse', everything, { bits: 1.9 }), 2);
    expect(read(answering(control, 2.5), worse).verdict!.advice).toEqual([
      { kind: 'adapt-without-expanding', arm: 'old vocabulary' },
      { kind: 'for-answers', arm: 'worse' },
    ]);
    // Where neither learns any, their answers are chance.
    const unlearnt = ({ reads: _, ...each }: ScoredArm): ScoredArm => each;
    const told = read(unlearnt(answering(control, 1.5)), unlearnt(arm));
    expect(told.comparisons[0]!.answers!.difference).toBeCloseTo(0.5, 9);
    expect(told.verdict!.advice).toEqual([{ kind: 'take', arm: 'a' }]);
    // Runs that an earlier build saved have none.
    expect(read(control, unlearnt(arm)).comparisons[0]!.answers).toBeNull();
  });

  it('is unfinished before both have a seed', () => {
    const { verdict, comparisons } = read(base, control, graft('a', everything, { bits: 1.4, seeds: [] }));
    expect(verdict).toMatchObject({ outcome: 'unfinished', difference: null, provisional: true });
    expect(comparisons[0]).toMatchObject({ outcome: 'unfinished', against: 'old vocabulary', tokensSaved: null });
  });

  it('compares nothing where text is lost, and says whose', () => {
    const losing = old('old vocabulary', everything, { bits: 1, lost: 3 });
    const { verdict } = read(base, losing, graft('a', everything, { bits: 1.4 }));
    expect(verdict).toMatchObject({ outcome: 'not-comparable', difference: null, tokensSaved: null });
    expect(verdict!.advice).toEqual([{ kind: 'lost-text', arms: ['old vocabulary'] }]);
  });

  it('asks for documents under three', () => {
    const few = { documents: 2 };
    const { verdict } = read(
      old('old', everything, { bits: 1.5, ...few }),
      graft('a', everything, { bits: 1, ...few }),
    );
    expect(verdict).toMatchObject({ outcome: 'no-verdict', interval: null, advice: [{ kind: 'more-documents' }] });
  });

  it('does not depend on the base, nor on the order of the arms', () => {
    const arm = fc.record({ bits: fc.double({ min: 1, max: 2, noNaN: true }), isOld: fc.boolean() });
    fc.assert(
      fc.property(
        fc.uniqueArray(arm, { minLength: 2, maxLength: 5, selector: ({ bits }) => bits }),
        fc.double({ min: 0.1, max: 12, noNaN: true }),
        (made, bitsOfBase) => {
          const arms = made.map(({ bits, isOld }, n) => (isOld ? old : graft)(`arm ${n}`, everything, { bits }));
          const other: ScoredArm = { ...base, scores: { heldOut: flat(bitsOfBase, 10) } };
          const verdict = read(base, ...arms).verdict;
          expect(read(other, ...arms).verdict).toEqual(verdict);
          if (arms.some((each) => !each.hasVocabulary)) {
            expect(read(...[...arms].reverse(), base).verdict).toEqual(verdict);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a training that ended without a score', () => {
  const ended = (arm: ScoredArm, seeds: readonly number[]): ScoredArm => ({ ...arm, scores: [], ended: seeds });

  it('leaves no verdict where the control needs it on every seed, and nothing to wait for', () => {
    const { comparisons, verdict } = read(ended(control, [1, 2, 3]), graft('new', everything, { bits: 1 }));
    expect(comparisons[0]).toMatchObject({ against: 'old vocabulary', outcome: 'no-score' });
    expect(verdict).toMatchObject({ outcome: 'no-score', provisional: false, advice: [] });
    const onSome = read(ended(control, [1, 2]), graft('new', everything, { bits: 1 })).verdict!;
    expect(onSome).toMatchObject({ outcome: 'unfinished', provisional: true });
  });

  it('is waited for once of an arm that is not trained, and not at all once it failed', () => {
    const waiting = read({ ...base, scores: [] }, control, graft('new', everything, { bits: 1 })).verdict!;
    expect(waiting.advice).toContainEqual({ kind: 'finish', runs: [{ arm: 'base', seeds: [1] }] });
    const failed = read(ended(base, [1]), control, graft('new', everything, { bits: 1 })).verdict!;
    expect(failed.provisional).toBe(false);
  });
});

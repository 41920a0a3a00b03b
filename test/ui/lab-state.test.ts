import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LabState, type Lab } from '../../src/ui/state/lab-state';
import { LabError } from '../../src/error';
import type { ReadingChoice } from '../../src/worker/index';
import { stepState } from '../../src/ui/places';
import { fakeLab } from './fakeLab';
import { until } from '../support/until';

beforeAll(() => {
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('requestAnimationFrame', (job: () => void) => setTimeout(job, 0));
});
afterAll(() => vi.unstubAllGlobals());

const opened = async (changes: Partial<Lab> = {}) => {
  const state = new LabState({ ...fakeLab({ tick: 0, stepMilliseconds: 0 }), ...changes });
  await state.open();
  return state;
};

describe('the one experiment of the page', () => {
  test('one call prepares the sample up to where only Start is left', async () => {
    const state = await opened();
    await state.startWithSample();
    expect(state.slots.vocabulary.status).toBe('ready');
    expect(state.newTokens).toBe(512);
    expect(location.hash).toBe('train');
    expect(state.guided).toBe(false);
  });

  const ready = async (changes: Partial<Lab> = {}) => {
    const state = await opened(changes);
    await state.startWithSample();
    await state.readPresets();
    return state;
  };

  test('start runs the base, the old vocabulary on the same text and the graft, and answers against the second', async () => {
    const state = await ready();
    await state.start();
    const view = state.experiment!;
    expect(view.state).toBe('finished');
    expect(view.share).toBe(1);
    const [base, control, graft] = view.armNames;
    expect([base, control]).toEqual(['base', 'old vocabulary']);
    expect(view.spec.arms[control!]!.stages).toEqual(view.spec.arms[graft!]!.stages);
    expect(new Set(view.cells.filter(({ arm }) => arm !== base).map(({ bytes }) => bytes)).size).toBe(1);
    expect(view.report!.verdict).toMatchObject({ arm: graft, against: control, sameFreedom: true, provisional: false });
    expect(stepState('compare', state).kind).toBe('done');
    expect(state.desk.taken).toEqual({ arm: graft, seed: 1 });
    expect(state.hasTrained).toBe(true);
    expect(view.run({ arm: graft!, seed: 1 })!.evaluations.length).toBeGreaterThan(3);
  });

  test('every preset has the control, and what moves in it is what moves in the graft', async () => {
    const state = await ready();
    for (const mode of ['all', 'embeddings', 'new-rows'] as const) {
      state.changeSettings({ mode });
      await state.readPresets();
      const { presets } = state.desk;
      if (presets.status !== 'ready') throw new Error('no presets');
      expect(presets.value.map(({ name }) => name)).toEqual([
        'quick-answer',
        'should-i-expand',
        'how-many-tokens',
        'which-start',
        'adapters-or-everything',
        'adapt-only',
      ]);
      for (const { name, spec, seconds } of presets.value) {
        expect(spec.arms).toHaveProperty('old vocabulary');
        expect(seconds).toBeGreaterThan(0);
        const moves = spec.arms['old vocabulary']!.stages![0]!.moves;
        const isAll = mode === 'all' || name === 'adapters-or-everything';
        expect(moves).toEqual(isAll ? { everything: 0.003 } : { oldRows: 0.003 });
      }
    }
  });

  test('a run that diverges is said, counts in nothing, and the others go on', async () => {
    const fake = fakeLab({ tick: 0, stepMilliseconds: 0, experiment: { diverging: ['old vocabulary'] } });
    const state = await ready(fake);
    await state.start();
    const view = state.experiment!;
    expect(view.cells.map(({ state: at }) => at)).toEqual(['finished', 'diverged', 'finished']);
    expect(view.report!.verdict?.outcome).toBe('no-score');
    expect(state.hasVerdict).toBe(false);
  });

  test('a step is measured with the present settings, and never while a run goes on', async () => {
    const asked: unknown[] = [];
    const fake = fakeLab({ tick: 0, stepMilliseconds: 0 });
    const profile: Lab['profile'] = (step, onProgress) => {
      asked.push(step);
      return fake.profile(step, onProgress);
    };
    const state = await opened({ profile });
    await state.startWithSample();
    state.changeSettings({ mode: 'all', batchRows: 2, rowLength: 64 });
    await state.readPresets();
    await state.measureStep();
    expect(asked).toEqual([{ mode: 'all', batchRows: 2, rowLength: 64 }]);
    expect(state.slots.profile).toMatchObject({ status: 'ready', value: { step: { rowLength: 64 } } });
    const training = state.start();
    await state.measureStep();
    await training;
    expect(asked).toHaveLength(1);
    expect(state.slots.profile.status).toBe('ready');
    state.chooseNewTokens(256);
    await state.words.use();
    expect(state.slots.profile.status).toBe('empty');
  });

  test('a new size empties the vocabulary built on the old one while nothing was trained on it', async () => {
    const state = await ready();
    state.chooseNewTokens(256);
    expect(state.slots.vocabulary.status).toBe('empty');
    expect(state.words.isDraft).toBe(false);
    expect(state.slots.diagnosis.status).toBe('ready');
  });

  test('after training, other tokens are only looked at, until they are used; and what went can be had back', async () => {
    const state = await ready();
    await state.words.loadCandidates();
    await state.start();
    const view = state.experiment;
    const taken = state.desk.taken;
    const vocabulary = state.slots.vocabulary;
    const isWhole = () => {
      expect(state.experiment).toBe(view);
      expect(state.run).not.toBeNull();
      expect(state.hasTrained).toBe(true);
      expect(state.desk.taken).toEqual(taken);
    };
    state.chooseNewTokens(256);
    await state.words.chooseWay({ method: 'independent' });
    await state.diagnose();
    await state.words.chooseWay({ method: 'independent' });
    isWhole();
    expect(state.slots.vocabulary).toBe(vocabulary);
    expect(state.words.isDraft).toBe(true);
    // What Start would run is still of the tokens that were trained.
    await state.readPresets();
    expect(state.desk.isDone).toBe(true);

    await state.words.leaveDraft();
    expect(state.words.isDraft).toBe(false);
    expect(state.editor.choice).toMatchObject({ method: 'continued', newTokens: 512 });
    isWhole();

    await state.words.chooseWay({ method: 'independent' });
    await state.words.use();
    expect(state.words.settled).toMatchObject({ method: 'independent' });
    expect(state.experiment).toBeNull();
    expect(state.words.isDraft).toBe(false);
    await state.words.undo();
    isWhole();
    expect(state.words.settled).toMatchObject({ method: 'continued', newTokens: 512 });
    expect(state.slots.vocabulary).toEqual(vocabulary);
    expect(state.words.replaced).toBeNull();
  });

  test('a wrong file leaves the open model and corpus, and all that was built on them, as they were', async () => {
    const wrong = new LabError('corpus/empty', 'a.txt holds no text.', 'Pick a file with text in it.');
    const state = await ready({
      openModelFolder: () => Promise.reject(new LabError('checkpoint/missing-file', 'There is no config.json.')),
      openCorpusFiles: () => Promise.reject(wrong),
    });
    await state.start();
    const { model, corpus, vocabulary } = state.slots;
    const view = state.experiment;
    await state.openModelFolder([]);
    await state.openCorpusFiles([]);
    expect(state.slots.corpus).toEqual({ ...corpus, refused: wrong });
    expect(state.slots.model).toMatchObject({ ...model, refused: { code: 'checkpoint/missing-file' } });
    expect(state.slots.vocabulary).toBe(vocabulary);
    expect(state.experiment).toBe(view);
    expect(state.hasFiles).toBe(false);
    await state.openSample('molecules');
    expect(state.slots.corpus).toEqual(corpus);
    expect(state.slots.vocabulary.status).toBe('empty');
    expect(state.editor.counts).toBeNull();
  });

  test('another notation is asked for by name, and only by the atomic alphabet', async () => {
    const ways: unknown[] = [];
    const { candidates } = fakeLab({ tick: 0, stepMilliseconds: 0 });
    const state = await opened({
      candidates: (way, onProgress) => {
        ways.push(way);
        return candidates(way, onProgress);
      },
    });
    await state.openSample('molecules');
    await state.diagnose();
    await state.words.chooseWay({ method: 'atomic', grammar: 'codons' });
    expect(state.editor.choice).toMatchObject({ method: 'atomic', grammar: 'codons' });
    await state.words.chooseWay({ method: 'continued' });
    expect(state.editor.choice).not.toHaveProperty('grammar');
    expect(ways.slice(-2)).toEqual([{ method: 'atomic', grammar: 'codons' }, { method: 'continued' }]);
  });

  test('another way to read a file reads the same files again and empties what followed', async () => {
    const calls: [readonly File[], Readonly<Record<string, ReadingChoice>>][] = [];
    const { openCorpusFiles } = fakeLab({ tick: 0, stepMilliseconds: 0 });
    const state = await opened({
      openCorpusFiles: (files, choices, onProgress) => {
        calls.push([files, choices]);
        return openCorpusFiles(files, choices, onProgress);
      },
    });
    const files = [{ name: 'a.csv' } as File];
    await state.openCorpusFiles(files);
    await state.diagnose();
    await state.chooseReading('a.csv', { textField: 'title' });
    await state.chooseReading('b.txt', { format: 'lines' });
    expect(calls).toEqual([
      [files, {}],
      [files, { 'a.csv': { textField: 'title' } }],
      [files, { 'a.csv': { textField: 'title' }, 'b.txt': { format: 'lines' } }],
    ]);
    expect(state.slots.corpus.status).toBe('ready');
    expect(state.slots.diagnosis.status).toBe('empty');
  });

  test('a cancelled call leaves its step as if it had not been asked for', async () => {
    const state = await opened({
      diagnose: () => Promise.reject(new LabError('cancelled', 'The operation was cancelled.')),
    });
    await state.openSample('molecules');
    await state.diagnose();
    expect(state.slots.diagnosis.status).toBe('empty');
  });

  test('cancelling one call leaves the others alone, under way or waiting', async () => {
    const state = await opened(fakeLab({ tick: 10, stepMilliseconds: 0 }));
    await state.openSample('molecules');
    const measuring = state.measureBase();
    const diagnosing = state.diagnose();
    const downloading = state.hub.downloadAndOpen('lab/model');
    await until(() => expect(state.slots.baseScores).toHaveProperty('progress'), { interval: 1 });
    state.cancel('diagnosis');
    expect(await diagnosing).toBeNull();
    expect(state.slots.diagnosis.status).toBe('empty');
    state.hub.cancel();
    await downloading;
    expect(state.hub.download.status).toBe('empty');
    expect(state.slots.baseScores.status).toBe('pending');
    expect(await measuring).not.toBeNull();
  });

  test('an experiment that is stopped keeps what is done, and goes on under the same specification', async () => {
    const fake = fakeLab({ tick: 0, stepMilliseconds: 2 });
    const state = await ready(fake);
    const running = state.start();
    await until(() => expect(state.experiment!.current).not.toBeNull());
    state.cancel('run');
    await running;
    const view = state.experiment!;
    expect(view.state).toBe('stopped');
    expect(view.cells.map(({ state: at }) => at)).toContain('stopped');
    expect(state.desk.spec).toEqual(view.spec);
    await state.start();
    expect(state.experiment!.state).toBe('finished');
  });

  test('a call whose answer nobody waits for any more is ended', async () => {
    const fake = fakeLab({ tick: 10, stepMilliseconds: 0 });
    await fake.openBundledModel(() => undefined);
    await fake.openSample('molecules', () => undefined);
    let ended = '';
    const state = await opened({
      diagnose: (onProgress, signal) =>
        fake.diagnose(onProgress, signal).catch((error: LabError) => {
          ended = error.code;
          throw error;
        }),
    });
    await state.openSample('molecules');
    const diagnosing = state.diagnose();
    await until(() => expect(state.slots.diagnosis).toHaveProperty('progress'), { interval: 1 });
    expect(await state.openSample('law')).not.toBeNull();
    expect(await diagnosing).toBeNull();
    expect(ended).toBe('cancelled');
  });

  test('a failed call says what, why and what to do', async () => {
    const state = await opened({
      openSample: () => Promise.reject(new LabError('corpus/empty', 'molecules.smi is empty.', 'Choose another file.')),
    });
    await state.startWithSample();
    expect(state.slots.corpus).toMatchObject({
      status: 'failed',
      error: { code: 'corpus/empty', message: 'molecules.smi is empty.', hint: 'Choose another file.' },
    });
    expect(state.slots.diagnosis.status).toBe('empty');
  });

  test('an answer that was overtaken is not shown', async () => {
    let release: (() => void) | undefined;
    const slow = fakeLab({ tick: 0 });
    await slow.openBundledModel(() => undefined);
    await slow.openSample('molecules', () => undefined);
    let calls = 0;
    const state = await opened({
      buildVocabulary: async (choice, onProgress) => {
        if (++calls === 1) await new Promise<void>((resolve) => (release = resolve));
        return slow.buildVocabulary(choice, onProgress);
      },
    });
    await state.openSample('molecules');
    await state.diagnose();
    state.chooseNewTokens(512);
    const first = state.words.build();
    await until(() => expect(release).toBeDefined());
    state.chooseNewTokens(128);
    const second = state.words.build();
    release!();
    expect(await first).toBeNull();
    expect((await second)?.newTokens).toHaveLength(128);
    expect(state.slots.vocabulary).toMatchObject({ status: 'ready', value: { embeddingRowsAfter: 4096 + 128 } });
  });

  test('the experiment of an earlier visit comes back with its curves, its answer and its arm', async () => {
    const lab = fakeLab({ tick: 0, stepMilliseconds: 0 });
    const first = await ready(lab);
    await first.start();
    const state = new LabState(lab);
    await state.open();
    await until(() => expect(state.desk.kept).toHaveLength(1));
    await state.openKept(state.desk.kept[0]!);
    expect(state.experiment!.report).toEqual(first.experiment!.report);
    expect(state.experiment!.run({ arm: 'old vocabulary', seed: 1 })!.evaluations.length).toBeGreaterThan(3);
    expect(state.desk.taken?.arm).toContain('continued');
    expect(location.hash).toBe('compare');
  });
});

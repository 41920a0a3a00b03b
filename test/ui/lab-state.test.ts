import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LabState, type Lab } from '../../src/ui/state/lab-state';
import { LabError } from '../../src/error';
import type { ReadingChoice } from '../../src/worker/index';
import { fakeLab } from './fakeLab';

beforeAll(() => {
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

  test('a finished run is compared by itself', async () => {
    const state = await opened();
    await state.startWithSample();
    state.changeSettings({ steps: 3 });
    await state.train();
    expect(state.run?.status.state).toBe('finished');
    expect(state.slots.comparison.status).toBe('ready');
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
    state.changeSettings({ steps: 3, mode: 'all', batchRows: 2, rowLength: 64 });
    await state.measureStep();
    expect(asked).toEqual([{ mode: 'all', batchRows: 2, rowLength: 64 }]);
    expect(state.slots.profile).toMatchObject({ status: 'ready', value: { step: { rowLength: 64 } } });
    const training = state.train();
    await state.measureStep();
    await training;
    expect(asked).toHaveLength(1);
    expect(state.slots.profile.status).toBe('ready');
    state.chooseNewTokens(256);
    expect(state.slots.profile.status).toBe('empty');
  });

  test('a new size empties the vocabulary built on the old one, and what followed', async () => {
    const state = await opened();
    await state.startWithSample();
    state.changeSettings({ steps: 1 });
    await state.train();
    expect(state.run).not.toBeNull();
    state.chooseNewTokens(256);
    expect(state.slots.vocabulary.status).toBe('empty');
    expect(state.slots.comparison.status).toBe('empty');
    expect(state.run).toBeNull();
    expect(state.slots.diagnosis.status).toBe('ready');
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
    await state.chooseWay({ method: 'atomic', grammar: 'codons' });
    expect(state.editor.choice).toMatchObject({ method: 'atomic', grammar: 'codons' });
    await state.chooseWay({ method: 'continued' });
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
    await vi.waitFor(() => expect(state.slots.baseScores).toHaveProperty('progress'), { interval: 1 });
    state.cancel('diagnosis');
    expect(await diagnosing).toBeNull();
    expect(state.slots.diagnosis.status).toBe('empty');
    state.hub.cancel();
    await downloading;
    expect(state.hub.download.status).toBe('empty');
    expect(state.slots.baseScores.status).toBe('pending');
    expect(await measuring).not.toBeNull();
  });

  test('a run that is stopped keeps its answer, and is not compared', async () => {
    const state = await opened();
    await state.startWithSample();
    state.changeSettings({ steps: 1000 });
    const training = state.train();
    await vi.waitFor(() => expect(state.run!.status.state).toBe('running'));
    state.cancel('run');
    await training;
    expect(state.run!.status).toMatchObject({ state: 'stopped', tokensPerSecond: 10_300 });
    expect(state.slots.comparison.status).toBe('empty');
  });

  test('a call whose answer nobody waits for any more is ended', async () => {
    const fake = fakeLab({ tick: 10, stepMilliseconds: 0 });
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
    await vi.waitFor(() => expect(state.slots.diagnosis).toHaveProperty('progress'), { interval: 1 });
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
    const first = state.buildVocabulary();
    await vi.waitFor(() => expect(release).toBeDefined());
    state.chooseNewTokens(128);
    const second = state.buildVocabulary();
    release!();
    expect(await first).toBeNull();
    expect((await second)?.newTokens).toHaveLength(128);
    expect(state.slots.vocabulary).toMatchObject({ status: 'ready', value: { embeddingRowsAfter: 4096 + 128 } });
  });

  test('the run of an earlier visit comes back whole', async () => {
    const state = new LabState(fakeLab({ tick: 0, saved: true }));
    await state.open();
    expect(state.saved?.title).toContain('Molecules');
    await state.openSavedRun();
    expect(state.run?.evaluations.length).toBeGreaterThan(3);
    expect(state.slots.comparison.status).toBe('ready');
    expect(location.hash).toBe('compare');
  });
});

/** What the page relies on, whichever lab answers: every promise is kept by the real lab and by the one that the page is tested with. */
import { describe, expect, it } from 'vitest';
import type { LabApi, Progress, VocabularyChoice } from '../../src/worker/index';

/** A fresh lab at the other end of a port, with nothing opened. */
export type OpenLab = () => LabApi;

export const ignore = () => undefined;
const choice: VocabularyChoice = { method: 'continued', newTokens: 8, rejected: [], added: [] };
export const spec = {
  version: 2,
  name: 'Contract',
  model: 'bundled',
  corpus: { sample: 'molecules' },
  budget: { bytes: 600 },
  seeds: [1],
  evaluation: { bytes: 400, generalBytes: 300, watchBytes: 200, points: 2 },
  arms: {
    base: {},
    'old vocabulary': { stages: [{ moves: { oldRows: 0.002 }, batch: { rows: 2, length: 32 } }] },
  },
};

/** With the bundled model and a sample. */
export async function opened(lab: LabApi): Promise<LabApi> {
  await lab.openBundledModel(ignore);
  await lab.openSample('molecules', ignore);
  return lab;
}

export function keepsItsPromises(openLab: OpenLab): void {
  describe('what is not open', () => {
    it('is named with what to do, by every call that needs it', async () => {
      const lab = openLab();
      const noModel = { code: 'lab/no-model', message: 'No model is open.', hint: 'Open one in Model.' };
      await expect(lab.diagnose(ignore)).rejects.toMatchObject(noModel);
      await expect(lab.tokenize('CCO')).rejects.toMatchObject(noModel);
      await expect(lab.runExperiment(spec, ignore)).rejects.toMatchObject(noModel);
      await lab.openBundledModel(ignore);
      await expect(lab.diagnose(ignore)).rejects.toMatchObject({ code: 'lab/no-corpus' });
      await expect(lab.buildVocabulary(choice, ignore)).rejects.toMatchObject({ code: 'lab/no-corpus' });
    });
  });

  describe('progress', () => {
    it('comes before the answer, within its total, and never after', async () => {
      const lab = await opened(openLab());
      const told: Progress[] = [];
      await lab.diagnose((progress) => void told.push(progress));
      const count = told.length;
      expect(count).toBeGreaterThan(0);
      for (const { done, total } of told) expect(done).toBeLessThanOrEqual(total);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(told).toHaveLength(count);
    });
  });

  describe('cancelling', () => {
    it('stops one call and leaves those beside it', async () => {
      const lab = await opened(openLab());
      const aborting = new AbortController();
      const stopped = lab.diagnose(ignore, aborting.signal);
      const beside = lab.tokenize('CCO');
      aborting.abort();
      await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
      expect((await beside).base.map(({ text }) => text).join('')).toBe('CCO');
    });

    it('leaves what was built before', async () => {
      const lab = await opened(openLab());
      await lab.buildVocabulary(choice, ignore);
      const aborting = new AbortController();
      aborting.abort();
      const again = lab.openSample('molecules', ignore, aborting.signal);
      await expect(again).rejects.toMatchObject({ code: 'cancelled' });
      expect((await lab.tokenize('CCO')).grafted).not.toBeNull();
    });
  });

  describe('a vocabulary', () => {
    it('is cut by beside the old one, gives way to a second, and goes with the corpus or model it was built on', async () => {
      const lab = await opened(openLab());
      expect((await lab.tokenize('c1ccccc1')).grafted).toBeNull();
      await expect(lab.buildVocabulary(choice, ignore)).resolves.toHaveProperty('newTokens.length', 8);
      const first = (await lab.tokenize('c1ccccc1')).grafted!;
      expect(first.map(({ text }) => text).join('')).toBe('c1ccccc1');
      const second = await lab.buildVocabulary({ ...choice, newTokens: 4 }, ignore);
      expect(second.newTokens).toHaveLength(4);
      const known = new Set(second.newTokens.map(({ id }) => id));
      const isNew = (await lab.tokenize('c1ccccc1')).grafted!.filter((piece) => piece.isNew);
      expect(isNew.every(({ id }) => known.has(id))).toBe(true);
      await lab.openSample('molecules', ignore);
      expect((await lab.tokenize('CCO')).grafted).toBeNull();
      await lab.buildVocabulary(choice, ignore);
      await lab.openBundledModel(ignore);
      expect((await lab.tokenize('CCO')).grafted).toBeNull();
    });
  });

  describe('a measurement of the base', () => {
    it('is made once of a text, and made of a changed one', async () => {
      const lab = openLab();
      await lab.openBundledModel(ignore);
      const told: Progress[] = [];
      const measured = async (sample: string) => {
        await lab.openSample(sample, ignore);
        told.length = 0;
        const scores = await lab.measureBase((progress) => void told.push(progress));
        return { scores, asked: told.map(({ phase }) => phase) };
      };
      const first = await measured('english-prose');
      expect(first.asked).toContain('evaluating');
      expect(await measured('english-prose')).toEqual({ scores: first.scores, asked: [] });
      expect((await measured('licences')).asked).toContain('evaluating');
    });
  });

  describe('an experiment', () => {
    it('is offered again as it was, as long as nothing that it is made of has changed', async () => {
      const lab = await opened(openLab());
      await lab.diagnose(ignore);
      const settings = { mode: 'all', init: 'subword-mean' } as const;
      const specs = async () => (await lab.presets(choice, settings)).map((preset) => preset.spec);
      const first = await specs();
      expect(first[0]!.prediction).toBeDefined();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await specs()).toEqual(first);
    });

    it('is refused before anything runs where the specification is wrong', async () => {
      const lab = await opened(openLab());
      const updates: unknown[] = [];
      const refused = lab.runExperiment({ ...spec, seeds: [] }, (update) => void updates.push(update));
      await expect(refused).rejects.toMatchObject({ code: 'lab/bad-specification' });
      expect(updates).toEqual([]);
    });

    it('is stopped with what it has kept, goes on where it was, and is not run again', async () => {
      const lab = await opened(openLab());
      const aborting = new AbortController();
      const ids = new Set<string>();
      const stopped = lab.runExperiment(
        spec,
        ({ id, cells }) => {
          ids.add(id);
          if (cells[1]!.step > 0) aborting.abort();
        },
        aborting.signal,
      );
      await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
      const states: string[] = [];
      const report = await lab.runExperiment(spec, ({ id, cells }) => {
        ids.add(id);
        states.push(cells.map(({ state }) => state).join(' '));
      });
      expect(ids.size).toBe(1);
      expect(states.every((state) => state.startsWith('finished'))).toBe(true);
      expect(states.at(-1)).toBe('finished finished');
      const [id] = ids;
      expect((await lab.experiments()).kept.map((kept) => kept.id)).toContain(id);
      let trained = false;
      const again = await lab.runExperiment(spec, ({ run }) => void (trained ||= run !== undefined));
      expect(trained).toBe(false);
      expect(again).toEqual(report);
      await lab.removeExperiment(id!);
      expect((await lab.experiments()).kept.map((kept) => kept.id)).not.toContain(id);
    });

    it('that is not kept cannot be restored, and what was open stays', async () => {
      const lab = await opened(openLab());
      await lab.buildVocabulary(choice, ignore);
      await expect(lab.restoreExperiment('none', ignore)).rejects.toMatchObject({ code: 'storage/no-base' });
      expect((await lab.tokenize('CCO')).grafted).not.toBeNull();
    });
  });
}

/** @param serve answers calls at one end of the channel. */
export function acrossPorts(
  connect: (port: MessagePort) => LabApi,
  serve: (port: MessagePort) => void,
  ports: MessagePort[],
): LabApi {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serve(port1);
  return connect(port2);
}

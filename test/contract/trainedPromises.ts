/** What the page relies on of a run under way and of what was trained, whichever lab answers. */
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ExportChoice, LabApi, Progress, RunKey } from '../../src/worker/index';
import type { PickedFolders } from './folders';
import { ignore, opened, spec, type OpenLab } from './promises';

const graft = 'continued';
const withGraft = {
  ...spec,
  arms: {
    ...spec.arms,
    [graft]: {
      vocabulary: { method: 'continued', newTokens: 8 },
      stages: [{ moves: { newRows: 0.002 }, batch: { rows: 2, length: 32 } }],
    },
  },
};
/** Long enough for a pause to come while it runs, on a fast machine too. */
const long = { ...spec, budget: { bytes: 4000 } };
const choice: ExportChoice = {
  form: 'model',
  dtype: 'source',
  onnxDtype: 'f32',
  ggufDtype: 'F16',
  tokenizerClass: 'obeys',
};
const key = (arm: string): RunKey => ({ arm, seed: 1 });
const nothingTrained = { code: 'lab/no-run' };
const generating = { prompt: 'C', maxTokens: 2, temperature: 0, topK: 1, topP: 1, seed: 1 };

/** @param folders those that the lab writes into. */
export function keepsItsTrainedPromises(openLab: OpenLab, folders: PickedFolders): void {
  describe('an answer on the way', () => {
    it('comes before a training has ended, gives way to the verdict, and what was told of a run is told anew', async () => {
      const lab = await opened(openLab());
      const seen: { readonly trained: readonly string[]; readonly early: boolean }[] = [];
      let told = 0;
      const report = await lab.runExperiment(
        { ...withGraft, budget: { bytes: 2000 }, evaluation: { ...spec.evaluation, watchBytes: 400 } },
        ({ cells, report: now, run: training }) => {
          if (training?.arm === 'old vocabulary' && training.isAnew) told++;
          const trained = cells.slice(1).map(({ state }) => state);
          if (now) seen.push({ trained, early: now.early !== null });
        },
      );
      const [first] = seen.filter(({ early }) => early);
      expect(first?.trained).toEqual(['waiting', 'running']);
      expect(told).toBe(2);
      expect(report.early).toBeNull();
      expect(report.verdict).toMatchObject({ provisional: false });
    });
  });

  describe('a pause', () => {
    it('lasts until it is ended, and is of the run under way alone', async () => {
      const lab = await opened(openLab());
      // Of nothing: what runs later does not wait for it.
      await lab.pause();
      const aborting = new AbortController();
      const steps: number[] = [];
      let paused: (() => void) | undefined;
      const isPaused = new Promise<void>((resolve) => (paused = resolve));
      const first = lab.runExperiment(
        long,
        ({ run }) => {
          if (!run) return;
          steps.push(run.status.step);
          if (run.status.state === 'paused') paused!();
          else if (run.status.step > 0) void lab.pause();
        },
        aborting.signal,
      );
      await Promise.race([isPaused, first]);
      const count = steps.length;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(steps.slice(count)).toEqual(steps.slice(count).map(() => steps[count - 1]));
      aborting.abort();
      await expect(first).rejects.toMatchObject({ code: 'cancelled' });
      // What was stopped while it was paused goes on when it is started, and is paused and resumed again.
      const states = new Set<string>();
      let last = '';
      let asked = false;
      await lab.runExperiment(long, ({ run, cells }) => {
        last = cells.map(({ state }) => state).join(' ');
        if (!run) return;
        states.add(run.status.state);
        if (run.status.state === 'paused') void lab.resume();
        else if (!asked) void lab.pause();
        asked = true;
      });
      expect(states).toContain('paused');
      expect(last).toBe('finished finished');
    });
  });

  describe('a pause between two trainings', () => {
    it('holds the one that comes next', async () => {
      const lab = await opened(openLab());
      const states: string[] = [];
      let asked = false;
      await lab.runExperiment(withGraft, ({ cells, run }) => {
        // The first arm is loaded, or scored: nothing trains that could be held.
        if (!asked && !run && cells.some(({ state }) => state === 'preparing')) {
          asked = true;
          void lab.pause();
        }
        if (run) states.push(run.status.state);
        if (run?.status.state === 'paused') void lab.resume();
      });
      expect(asked).toBe(true);
      expect(states).toContain('paused');
    });
  });

  describe('what was trained', () => {
    it('is not there before an arm is taken, and only a finished one with weights of its own is', async () => {
      const lab = await opened(openLab());
      await expect(lab.exportFile(choice, ignore)).rejects.toMatchObject(nothingTrained);
      await expect(lab.exportFolder(choice, handle('none'), ignore)).rejects.toMatchObject(nothingTrained);
      await expect(lab.ggufRefusal()).rejects.toMatchObject(nothingTrained);
      await expect(lab.compare(ignore)).rejects.toMatchObject(nothingTrained);
      await expect(lab.tokensEvidence(ignore)).rejects.toMatchObject(nothingTrained);
      await expect(lab.tokenNeighbours(4000)).rejects.toMatchObject(nothingTrained);
      await expect(lab.generate({ ...generating, model: 'grafted' }, ignore)).rejects.toMatchObject(nothingTrained);
      await expect(lab.takeArm('none', key('base'), ignore)).rejects.toMatchObject({ code: 'storage/no-run' });
      expect(folders.named('none').files.size).toBe(0);
    });

    it('is taken arm by arm, exported as it is chosen, and goes with the model it was trained on', async () => {
      const lab = await opened(openLab());
      const id = await run(lab);
      await expect(lab.takeArm(id, key('base'), ignore)).rejects.toMatchObject({ code: 'lab/not-finished' });
      await expect(lab.takeArm(id, { arm: graft, seed: 2 }, ignore)).rejects.toMatchObject({
        code: 'lab/not-finished',
      });
      expect(await lab.takeArm(id, key('old vocabulary'), ignore)).toBeNull();
      await expect(lab.tokensEvidence(ignore)).rejects.toMatchObject({ code: 'lab/no-new-tokens' });
      const vocabulary = (await lab.takeArm(id, key(graft), ignore))!;
      expect(vocabulary.newTokens).toHaveLength(8);
      const known = new Set(vocabulary.newTokens.map(({ id: token }) => token));
      const pieces = (await lab.tokenize('c1ccccc1')).grafted!;
      expect(pieces.filter(({ isNew }) => isNew).every(({ id: token }) => known.has(token))).toBe(true);

      const evidence = await lab.tokensEvidence(ignore);
      expect([evidence.control, evidence.tokens.map(({ id: token }) => token)]).toEqual(['old vocabulary', [...known]]);
      const toldAgain: Progress[] = [];
      expect(await lab.tokensEvidence((progress) => void toldAgain.push(progress))).toEqual(evidence);
      expect(toldAgain).toEqual([]);
      const [first] = evidence.tokens;
      for (const { now } of await lab.tokenNeighbours(first!.id)) {
        expect(now.length).toBeGreaterThan(0);
        expect(now.some(({ id: token }) => token === first!.id)).toBe(false);
      }

      const told: Progress[] = [];
      const zipped = await lab.exportFile(choice, (progress) => void told.push(progress));
      expect(told.length).toBeGreaterThan(0);
      const names = zipped.report.files.map(({ name }) => name).sort();
      expect(names).toContain('model.safetensors');
      expect(zipped.report).toMatchObject({ form: 'model', verification: { passed: true } });
      expect(zipped.fileName).toMatch(/\.zip$/);
      const files = unzipSync(new Uint8Array(await zipped.file.arrayBuffer()));
      expect(Object.keys(files).sort()).toEqual(names);

      const written = await lab.exportFolder({ ...choice, form: 'delta' }, handle('delta'), ignore);
      expect(written).toMatchObject({ form: 'delta', verification: { passed: true } });
      expect([...folders.named('delta').files.keys()].sort()).toEqual(written.files.map(({ name }) => name).sort());

      expect(await lab.ggufRefusal()).toBeNull();
      const asGguf: ExportChoice = { ...choice, form: 'gguf', ggufDtype: 'Q8_0' };
      const { report, file, fileName } = await lab.exportFile(asGguf, ignore);
      expect(fileName).toMatch(/-q8_0\.gguf$/);
      expect(file.size).toBeGreaterThan(0);
      expect(report.files.map(({ name }) => name)).toEqual([fileName]);
      const proof = report.verification;
      expect(proof).toMatchObject({ passed: true, gguf: { type: 'Q8_0' } });
      expect(proof.gguf!.largestRounding).toBeGreaterThan(0);
      expect(await lab.exportFolder({ ...asGguf, ggufDtype: 'F32' }, handle('gguf'), ignore)).toMatchObject({
        form: 'gguf',
        verification: { passed: true, gguf: { type: 'F32' } },
      });
      expect([...folders.named('gguf').files.keys()]).toEqual([fileName.replace('q8_0', 'f32')]);

      const aborting = new AbortController();
      aborting.abort();
      for (const stopped of [choice, asGguf]) {
        const asked = lab.exportFile(stopped, ignore, aborting.signal);
        await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
      }
      await lab.openBundledModel(ignore);
      await expect(lab.exportFile(choice, ignore)).rejects.toMatchObject(nothingTrained);
    });
  });
}

/** Of the folder of that name at the other end of the port. */
const handle = (name: string) => ({ name }) as FileSystemDirectoryHandle;

async function run(lab: LabApi): Promise<string> {
  let found = '';
  await lab.runExperiment(withGraft, ({ id }) => void (found = id));
  return found;
}

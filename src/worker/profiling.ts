/** Timing a step of the open model, refused while a run computes: each would slow the other, and both need the memory. */
import type { Engine } from '../engine/index';
import { LabError } from '../error';
import type { LoadedModel, ProfileOptions, Removal, StepProfile, TrainSettings } from '../lab/index';

export interface ProfileRequest {
  readonly engine: () => Promise<Engine>;
  readonly model: LoadedModel;
  readonly settings: Pick<TrainSettings, 'mode' | 'batchRows' | 'rowLength'>;
  readonly newTokens: number;
  /** Old tokens that went, whose rows the new ones take. */
  readonly removal?: Removal | undefined;
}

export class Profiling {
  private runs = 0;

  /** Marks a run for as long as it takes. */
  async besides<T>(run: () => Promise<T>): Promise<T> {
    this.runs++;
    try {
      return await run();
    } finally {
      this.runs--;
    }
  }

  get isBusy(): boolean {
    return this.runs > 0;
  }

  /** Throws `lab/training` while a run goes on, also a paused one. */
  async profile(
    { engine, model, settings, newTokens, removal }: ProfileRequest,
    options: ProfileOptions,
  ): Promise<StepProfile> {
    if (this.isBusy) {
      throw new LabError(
        'lab/training',
        'A run is going on, which a measurement would slow down and be slowed down by.',
        'Stop the run, or wait for its end.',
      );
    }
    const { mode, batchRows, rowLength } = settings;
    const opened = await engine();
    const { modelWithout, profileStep } = await import('./trainedCalls');
    return profileStep(opened, modelWithout(model, removal), { mode, batchRows, rowLength, newTokens }, options);
  }
}

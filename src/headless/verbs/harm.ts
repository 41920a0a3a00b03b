/** `harm`: what a training did to what the model knew, of an arm that was run, or of a graft trained elsewhere beside its base. */
import { LabError } from '../../error';
import {
  harmOf,
  heldAs,
  ModelSession,
  openTrainedElsewhere,
  type ArmModel,
  type HarmReference,
  type LoadedModel,
} from '../../lab/index';
import type { Engine } from '../../engine/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { harmText } from '../harmText';
import { progressLine } from '../stdout';
import { generalTextAt, heldOutCorpus } from './corpus';
import { experimentRuns, keyNamed } from './experimentRuns';
import { modelFiles, openNamed } from './model';

interface Opened {
  readonly of: string;
  readonly arm: ArmModel;
  readonly references: readonly HarmReference[];
}

export async function harmVerb(command: Command): Promise<Answer> {
  const path = command.text('experiment');
  const { of, arm, references } = await (path === undefined ? openedFolder(command) : openedArm(command, path));
  try {
    const { session, tokenizer, newIds, setup } = arm;
    const general = command.text('general');
    const harm = await harmOf(
      {
        ...{ session, tokenizer, newIds, references, heldOut: setup.corpus.heldOut },
        general: general === undefined ? setup.corpus.general : (await generalTextAt(general)).documents,
      },
      {
        onProgress: progressLine(),
        maxBytes: command.number('max-bytes')!,
        worst: command.number('worst')!,
      },
    );
    return { value: { of, ...harm }, text: harmText(of, harm) };
  } finally {
    arm.close();
  }
}

async function openedArm(command: Command, path: string): Promise<Opened> {
  const runs = await experimentRuns(command, path);
  const key = keyNamed(command, runs.written);
  const { arm } = await runs.open(key);
  const against = await runs.controlOf(key);
  const control: HarmReference[] =
    against === undefined
      ? []
      : [
          {
            ...{ kind: 'control', name: against },
            open: async () => {
              const { arm: held } = await runs.open({ ...key, arm: against });
              return { session: held.session, tokenizer: held.tokenizer, close: () => held.close() };
            },
          },
        ];
  return {
    of: `${key.arm}, seed ${key.seed}`,
    arm,
    references: [untouched(runs.engine, runs.model, heldAs(runs.spec)), ...control],
  };
}

async function openedFolder(command: Command): Promise<Opened> {
  const base = command.text('base');
  if (base === undefined || command.text('corpus') === undefined) {
    throw new LabError(
      'headless/bad-arguments',
      '`harm` needs `--experiment DIR`, or `--base` and `--corpus PATH` beside `--model`.',
      'Say which arm, or which base the graft was made of and on which text.',
    );
  }
  const model = await openNamed(command, base);
  const corpus = await heldOutCorpus(command);
  const engine = await nodeEngine(command);
  const { arm } = await openTrainedElsewhere({ engine, base: model, corpus }, await modelFiles(command), {
    onProgress: progressLine(),
  });
  return { of: command.text('model')!, arm, references: [untouched(engine, model)] };
}

/** @param held as the arm holds what does not move. */
function untouched(engine: Engine, model: LoadedModel, held: ReturnType<typeof heldAs> = {}): HarmReference {
  return {
    ...{ kind: 'base', name: model.summary.name },
    open: async ({ onProgress = () => undefined, signal }) => {
      const session = await ModelSession.open(engine, model, { onProgress, ...held, ...(signal ? { signal } : {}) });
      return { session, tokenizer: model.tokenizer, close: () => session.close() };
    },
  };
}

/** `profile`: where the time of one training step goes, as a table; `--plan` what it must do, counted. */
import { droppedWords, profileStep, shapeFor, type StepProfile } from '../../lab/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { progressLine } from '../stdout';
import { modelOf } from './model';
import { countedStep } from './profilePlan';
import { partNames, stepOf } from './profiledStep';

export async function profileVerb(command: Command): Promise<Answer> {
  if (command.isSet('plan')) return countedStep(command);
  const model = await modelOf(command);
  const engine = await nodeEngine(command);
  const step = stepOf(command, shapeFor(engine.report.kind, model.summary));
  const profile = await profileStep(engine, model, step, { onProgress: progressLine() });
  return { value: { model: model.summary.name, ...profile }, text: profileText(model.summary.name, profile) };
}

const methods: Readonly<Record<StepProfile['method'], string>> = {
  timestamps: "by the GPU's clock around each dispatch",
  alone: 'each operation timed alone, times how often it occurs',
};

export function profileText(model: string, profile: StepProfile): string {
  const { engine, step, method, stepMilliseconds, tokensPerSecond, parts, plainGigaflopsPerSecond } = profile;
  const threads = engine.threads === undefined ? '' : `, ${engine.threads} threads`;
  const dropped = droppedWords(engine);
  const rows = parts.map(({ part, milliseconds, share, gigaflopsPerSecond: speed }) =>
    [
      partNames[part].padEnd(24),
      milliseconds.toFixed(1).padStart(10),
      `${(100 * share).toFixed(1)} %`.padStart(9),
      (speed === undefined ? '' : speed.toFixed(1)).padStart(9),
    ].join(''),
  );
  return [
    `${model} on ${engine.description}${threads}: ${step.mode}, ${step.batchRows} rows of ${step.rowLength} tokens, ${step.newTokens} new tokens`,
    `a step ${stepMilliseconds.toFixed(1)} ms, ${tokensPerSecond.toFixed(0)} tokens/s; ${methods[method]}`,
    ...(dropped ? [dropped] : []),
    '',
    `${'part'.padEnd(24)}${'ms'.padStart(10)}${'share'.padStart(9)}${'GFLOP/s'.padStart(9)}`,
    ...rows,
    '',
    `a plain product ${plainGigaflopsPerSecond.toFixed(1)} GFLOP/s; outside matrix products ${(100 * profile.outsideProducts).toFixed(1)} %`,
  ].join('\n');
}

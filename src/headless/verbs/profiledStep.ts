/** What both forms of `profile` are asked for and call the parts of a step. */
import type { ProfiledStep, StepPart, TrainMode } from '../../lab/index';
import type { Command } from '../arguments';

export function stepOf(
  command: Command,
  defaults: { readonly batchRows: number; readonly rowLength: number },
): ProfiledStep {
  return {
    mode: command.text('train') as TrainMode,
    batchRows: command.number('batch') ?? defaults.batchRows,
    rowLength: command.number('seq') ?? defaults.rowLength,
    newTokens: command.number('new-tokens')!,
  };
}

export const partNames: Readonly<Record<StepPart, string>> = {
  linear: 'linear layers',
  attention: 'attention',
  head: 'head and loss',
  norms: 'norms',
  activations: 'activations',
  rotary: 'rotary positions',
  embedding: 'embedding',
  sums: 'sums and moved columns',
  optimizer: 'optimizer',
  copies: 'copies in and out',
  rest: 'the rest',
};

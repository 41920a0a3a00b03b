/** `export`: a model in the form that another place wants. Each target is a file of its own. */
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { exportAdapter } from './exportAdapter';
import { exportDelta } from './exportDelta';
import { exportGguf } from './exportGguf';
import { exportOnnx } from './exportOnnx';
import { exportSafetensors } from './exportSafetensors';
import { exportScale } from './exportScale';

const targets = {
  safetensors: exportSafetensors,
  onnx: exportOnnx,
  gguf: exportGguf,
  delta: exportDelta,
  adapter: exportAdapter,
  scale: exportScale,
} satisfies Record<string, (command: Command) => Promise<Answer>>;

export function exportVerb(command: Command): Promise<Answer> {
  return targets[command.text('to') as keyof typeof targets](command);
}

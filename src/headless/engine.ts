/** The engine of a process. Engines are loaded when a verb asks for one. */
import type { Engine } from '../engine/index';
import type { Command } from './arguments';

let opened: Promise<Engine> | undefined;

/** The one engine of a process, opened when a verb first needs it. Throws `engine/no-adapter` with --device gpu. */
export function nodeEngine(command: Command): Promise<Engine> {
  opened ??= import('./openEngine').then(({ openEngine }) => {
    const megabytes = command.number('memory');
    return openEngine(command.text('device') ?? 'auto', megabytes === undefined ? undefined : 1e6 * megabytes);
  });
  return opened;
}

/** Before the process ends. */
export async function closeEngine(): Promise<void> {
  const engine = await opened?.catch(() => undefined);
  engine?.close();
  opened = undefined;
}

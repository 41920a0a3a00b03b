/** Stands in for src/worker/index.ts where the page is run on the fake lab. */
import type { LabConnection } from '../../src/worker/index';
import { fakeLab } from './fakeLab';

export { LabError, asLabError } from '../../src/error';

export function connectLab(): LabConnection {
  const query = new URLSearchParams(location.search);
  const lab = fakeLab({
    available: !query.has('no-gpu'),
    experiments: Number(query.get('experiments') ?? 0),
    stepMilliseconds: Number(query.get('step') ?? 20),
    tick: Number(query.get('tick') ?? 5),
  });
  return {
    lab,
    crashed: new Promise(() => undefined),
    waited: () => 0,
    terminate: () => undefined,
  };
}

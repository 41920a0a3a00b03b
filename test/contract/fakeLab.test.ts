import { afterAll, describe } from 'vitest';
import type { LabApi } from '../../src/worker/index';
import { connectCalls, serveCalls } from '../../src/worker/calls';
import { fakeLab } from '../ui/fakeLab';
import { acrossPorts, keepsItsPromises } from './promises';

const ports: MessagePort[] = [];
afterAll(() => ports.forEach((port) => port.close()));

describe('the fake lab', () => {
  keepsItsPromises(() =>
    acrossPorts(
      (port) => connectCalls<LabApi>(port).api,
      (port) => serveCalls<LabApi>(fakeLab({ stepMilliseconds: 1, tick: 1 }), port),
      ports,
    ),
  );
});

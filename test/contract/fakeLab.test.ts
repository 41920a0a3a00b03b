import { afterAll, describe } from 'vitest';
import type { LabApi } from '../../src/worker/index';
import { connectCalls, serveCalls } from '../../src/worker/calls';
import { fakeLab } from '../ui/fakeLab';
import { PickedFolders } from './folders';
import { acrossPorts, keepsItsPromises } from './promises';
import { keepsItsTrainedPromises } from './trainedPromises';

const ports: MessagePort[] = [];
afterAll(() => ports.forEach((port) => port.close()));

describe('the fake lab', () => {
  const folders = new PickedFolders();
  const openLab = () =>
    acrossPorts(
      (port) => connectCalls<LabApi>(port).api,
      (port) => serveCalls<LabApi>(folders.behind(fakeLab({ stepMilliseconds: 1, tick: 1 })), port),
      ports,
    );
  keepsItsPromises(openLab);
  keepsItsTrainedPromises(openLab, folders);
});

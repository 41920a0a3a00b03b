/** The one device of a run, opened when a verb first needs it and closed before the process ends. */
import { openDevice, type Device } from '../engine/index';
import { nodeGpu } from './adapter';

let device: Device | undefined;

export async function nodeDevice(): Promise<Device> {
  device ??= await openDevice(await nodeGpu());
  return device;
}

export function closeDevices(): void {
  device?.close();
  device = undefined;
}

/**
 * WebGPU for tests in Node: Dawn (npm `webgpu`) over whatever Vulkan driver VK_ICD_FILENAMES names. Devices opened here
 * are closed after each test file; a device that stays open keeps the process alive.
 */
import { create, globals } from 'webgpu';
import { afterAll } from 'vitest';
import { openDevice, type Device, type OpenDeviceOptions } from '../../src/engine/index';
import { restBetweenPolls } from '../../src/headless/dawnPolling';

Object.assign(globalThis, globals);
restBetweenPolls();

/** One instance for the process: adapters die with the instance that made them. */
const instance = create([]);
const opened: Device[] = [];

export function testGpu(): GPU {
  return instance;
}

export async function openTestDevice(options?: OpenDeviceOptions): Promise<Device> {
  const device = await openDevice(testGpu(), options);
  opened.push(device);
  return device;
}

afterAll(() => {
  for (const device of opened.splice(0)) device.close();
});

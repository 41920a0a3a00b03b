/** What runs the numbers: the adapter as WebGPU reports it and, where its tool is there, the card as NVIDIA's driver does. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { Part } from './part';

const asked = ['name', 'driver_version', 'memory.total', 'clocks.max.sm', 'power.limit'] as const;

function nvidiaCard(): Record<string, string> | null {
  const { status, stdout } = spawnSync('nvidia-smi', [`--query-gpu=${asked.join()}`, '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  if (status !== 0) return null;
  const answers = stdout
    .split('\n')[0]!
    .split(',')
    .map((text) => text.trim());
  return Object.fromEntries(asked.map((name, index) => [name, answers[index] ?? '']));
}

export const adapter: Part = {
  name: 'adapter',
  async *measure({ report }) {
    const card = nvidiaCard();
    const { vendor, architecture, description, isFallback, features, subgroupSizes, limits } = report;
    const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
    yield {
      value: { ...report, card, processor: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version },
      table: [
        ['adapter', description],
        ['vendor, architecture', `${vendor}, ${architecture}${isFallback ? ' (software)' : ''}`],
        ...(card ? [['card', Object.values(card).join(', ')]] : []),
        ['features', features.join(', ')],
        ['subgroups', subgroupSizes?.join(' to ') ?? 'none'],
        ['largest buffer, binding', `${gigabytes(limits.maxBufferBytes)}, ${gigabytes(limits.maxBindingBytes)}`],
        ['workgroup memory', `${limits.maxWorkgroupStorageBytes} bytes`],
      ],
    };
  },
};

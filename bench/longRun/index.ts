/**
 * `npm run bench:long-run -- [--steps 10000]`: that many steps of a tiny model on the GPU's engine; what the JavaScript heap and the
 * device hold is looked at ten times. Ends with 1 where either has grown since the first look: steps may allocate nothing that stays.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseArgs } from 'node:util';
import { GpuEngine, openDevice } from '../../src/engine/index';
import { tableText } from '../gpu/part';
import { shapedModel } from '../gpu/shapedModel';
import { smolLm2 } from '../gpu/shapes';
import { installGpu } from '../trainStep/contestant.mjs';

const tiny = {
  ...smolLm2,
  ...{ vocab_size: 64, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 1 },
  ...{ num_attention_heads: 2, num_key_value_heads: 1, head_dim: 16 },
};
const looks = 10;
/** Of the heap, which a collector does not empty to the byte. */
const allowedBytes = 2e6;

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { steps: { type: 'string', default: '10000' } } });
  const steps = Number(values.steps);
  if (!Number.isInteger(steps) || steps < looks) throw new Error(`--steps wants ${looks} or more, not ${values.steps}`);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const device = await openDevice(await installGpu());
  const held = countBuffers(device.gpu);
  const shape = { name: 'tiny', config: tiny, rows: 2, rowLength: 16 };
  const model = shapedModel(device, shape, 'everything');
  const weights = await model.weights();
  const { graph, options, microBatches } = model.step;
  const program = await new GpuEngine(device).training(graph, weights, options);
  const rows: { step: number; heapBytes: number; deviceBytes: number; buffers: number }[] = [];
  for (let step = 1; step <= steps; step++) {
    program.step(microBatches, { all: 1e-4 });
    await program.readings();
    if (step % Math.floor(steps / looks) !== 0) continue;
    await program.flush();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    rows.push({ step, heapBytes: heapUsed + arrayBuffers, deviceBytes: held.bytes, buffers: held.buffers });
  }
  program.close();
  weights.close();
  device.close();
  console.log(
    tableText([
      ['step', 'heap and array buffers, bytes', 'device, bytes', 'buffers'],
      ...rows.map((row) => [row.step, row.heapBytes, row.deviceBytes, row.buffers].map(String)),
    ]),
  );
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const hasGrown = last.heapBytes > first.heapBytes + allowedBytes || last.deviceBytes > first.deviceBytes;
  console.log(hasGrown ? 'It has grown.' : 'Nothing has grown.');
  return hasGrown ? 1 : 0;
}

/** Buffers that were made and not destroyed. */
function countBuffers(gpu: GPUDevice): { bytes: number; buffers: number } {
  const held = { bytes: 0, buffers: 0 };
  const create = gpu.createBuffer.bind(gpu);
  gpu.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    held.bytes += descriptor.size;
    held.buffers += 1;
    buffer.destroy = () => {
      held.bytes -= descriptor.size;
      held.buffers -= 1;
      return destroy();
    };
    return buffer;
  };
  return held;
}

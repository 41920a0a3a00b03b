/**
 * Matrix products n x n x n in the three forms of a linear layer, by every variant and with f32 and bf16 weights: one
 * dispatch of the engine's own kernels repeated in one submission, long enough that submitting does not count. Some
 * elements of every product are compared with f64 sums, because a kernel that reads too little is fast.
 */
import type { Device, Tensor } from '../../src/engine/index';
import { byteLength, Graph } from '../../src/engine/graph';
import { forwardMatmul, inputGradientMatmul, weightGradientMatmul, type Matmul } from '../../src/engine/ops/matmul';
import { matmulDispatch } from '../../src/engine/variants';
import { compileDispatches } from '../../src/engine/pipelines';
import { readBuffer } from '../../src/engine/readback';
import { adapter } from './adapter';
import { variantsOf } from './kernels';
import { peakOf } from './peak';
import type { Part } from './part';

const forms = {
  forward: (left: Tensor, right: Tensor, product: Tensor, n: number) => forwardMatmul(left, right, product, n),
  'input gradient': (left: Tensor, right: Tensor, product: Tensor, n: number) =>
    inputGradientMatmul(left, right, product, n),
  'weight gradient': weightGradientMatmul,
} satisfies Record<string, (left: Tensor, right: Tensor, product: Tensor, n: number) => Matmul>;

type Form = keyof typeof forms;
type Precision = 'f32' | 'bf16';

export interface ProductTime {
  readonly form: Form;
  /** Of the right operand; both others are f32. */
  readonly precision: Precision;
  readonly variant: string;
  readonly n: number;
  readonly gigaflopsPerSecond: number;
  readonly milliseconds: number;
  /** Dispatches in the submission that was timed. */
  readonly repeats: number;
  /** Of the elements looked at, as a share of the sum of magnitudes. */
  readonly largestError: number;
}

const sizes = { full: [512, 1024, 2048, 4096], small: [128, 256] };
/** One timed submission aims at this; operating systems reset a GPU that is busy for seconds. */
const wantedMilliseconds = 100;
const mostMilliseconds = 3000;
const rounds = 3;
const tolerance = 1e-5;

export const products: Part = {
  name: 'matrix products',
  async *measure(device, options, earlier) {
    const times: ProductTime[] = [];
    const card = (earlier.get(adapter.name) as { readonly card?: { readonly name?: string } } | undefined)?.card?.name;
    const peak = peakOf(card);
    const failed: string[] = [];
    for (const n of options.isSmall ? sizes.small : sizes.full) {
      const operands = await allocate(device, n);
      try {
        for (const form of Object.keys(forms) as Form[]) {
          // The weight's gradient multiplies two f32 activations.
          for (const precision of (form === 'weight gradient' ? ['f32'] : ['f32', 'bf16']) as Precision[]) {
            for (const variant of variantsOf(device, options)) {
              const slower = times.find((time) => time.variant === variant && time.form === form && time.n === n / 2);
              if (slower && slower.milliseconds * 8 > mostMilliseconds) {
                failed.push(
                  `${variant}, ${form}, ${n}: left out, would take ${(slower.milliseconds / 125).toFixed(0)} s`,
                );
                continue;
              }
              const time = await timeProduct(device, operands, form, precision, variant, n);
              times.push(time);
              if (!(time.largestError < tolerance)) {
                failed.push(`${variant}, ${form}, ${precision}, ${n}: wrong by ${time.largestError.toExponential(1)}`);
              }
            }
          }
          yield {
            value: { times, failed, peak: peak ?? null },
            table: [...tableOf(times, peak), ...failed.map((line) => [line])],
          };
        }
      } finally {
        operands.close();
      }
    }
  },
};

interface Operands {
  readonly tensors: Readonly<Record<'left' | 'product' | Precision, Tensor>>;
  readonly buffers: ReadonlyMap<number, GPUBuffer>;
  readonly left: Float32Array;
  readonly right: Float32Array;
  /** As bf16 holds it. */
  readonly truncated: Float32Array;
  close(): void;
}

async function allocate(device: Device, n: number): Promise<Operands> {
  const graph = new Graph();
  const tensors = {
    left: graph.input('left', [n, n], 'f32'),
    f32: graph.parameter('right', [n, n], 'f32'),
    bf16: graph.parameter('right in bf16', [n, n], 'bf16'),
    product: graph.input('product', [n, n], 'f32'),
  };
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffers = new Map<number, GPUBuffer>();
  for (const tensor of Object.values(tensors)) {
    const buffer = await device.guarded(tensor.name, () =>
      device.gpu.createBuffer({ label: tensor.name, size: Math.max(16, byteLength(tensor)), usage }),
    );
    buffers.set(tensor.id, buffer);
  }
  const [left, right] = [seeded(n * n, 1), seeded(n * n, 2)];
  const bits = new Uint32Array(right.buffer);
  const halves = Uint16Array.from(bits, (word) => word >>> 16);
  const truncated = new Float32Array(Uint32Array.from(bits, (word) => word & 0xffff0000).buffer);
  device.gpu.queue.writeBuffer(buffers.get(tensors.left.id)!, 0, left);
  device.gpu.queue.writeBuffer(buffers.get(tensors.f32.id)!, 0, right);
  device.gpu.queue.writeBuffer(buffers.get(tensors.bf16.id)!, 0, halves);
  const close = () => buffers.forEach((buffer) => buffer.destroy());
  return { tensors, buffers, left, right, truncated, close };
}

async function timeProduct(
  device: Device,
  operands: Operands,
  form: Form,
  precision: Precision,
  variant: string,
  n: number,
): Promise<ProductTime> {
  const { tensors, buffers } = operands;
  const matmul = forms[form](tensors.left, tensors[precision], tensors.product, n);
  const label = `${form} by ${variant}`;
  const dispatch = { ...matmulDispatch(matmul, { ...device.target, matmulVariant: variant }), label };
  const [compiled] = await compileDispatches(device, [dispatch], ({ id }) => ({ buffer: buffers.get(id)!, offset: 0 }));
  const product = buffers.get(tensors.product.id)!;
  const run = async (repeats: number): Promise<number> => {
    device.check();
    device.running = label;
    const encoder = device.gpu.createCommandEncoder();
    encoder.clearBuffer(product);
    const pass = encoder.beginComputePass();
    pass.setPipeline(compiled!.pipeline);
    pass.setBindGroup(0, compiled!.bindGroup);
    for (let repeat = 0; repeat < repeats; repeat++) pass.dispatchWorkgroups(...compiled!.workgroups);
    pass.end();
    const begun = performance.now();
    device.gpu.queue.submit([encoder.finish()]);
    await device.orFail(device.gpu.queue.onSubmittedWorkDone());
    return performance.now() - begun;
  };
  // The first one compiles where a driver does so late; what it computed is what is looked at.
  await run(1);
  const largestError = await errorOf(
    device,
    product,
    matmul,
    operands.left,
    precision === 'f32' ? operands.right : operands.truncated,
  );
  const once = Math.min(await run(1), await run(1));
  const repeats = Math.max(1, Math.min(256, Math.ceil(wantedMilliseconds / once)));
  let best = Infinity;
  for (let round = 0; round < rounds; round++) best = Math.min(best, (await run(repeats)) / repeats);
  return {
    form,
    precision,
    variant,
    n,
    gigaflopsPerSecond: (2 * n ** 3) / best / 1e6,
    milliseconds: best,
    repeats,
    largestError,
  };
}

/** Of four rows, 64 elements each at both ends. */
async function errorOf(
  device: Device,
  product: GPUBuffer,
  matmul: Matmul,
  left: Float32Array,
  right: Float32Array,
): Promise<number> {
  const { rows, columns, depth } = matmul;
  let largest = 0;
  for (const row of [0, 1, rows >> 1, rows - 1]) {
    for (const first of [0, columns - 64]) {
      const bytes = await readBuffer(device, product, (row * columns + first) * 4, 64 * 4);
      const found = new Float32Array(bytes.buffer, bytes.byteOffset, 64);
      for (let column = 0; column < 64; column++) {
        let [sum, magnitude] = [0, 0];
        for (let k = 0; k < depth; k++) {
          const term =
            left[row * matmul.left.across + k * matmul.left.depth]! *
            right[(first + column) * matmul.right.across + k * matmul.right.depth]!;
          sum += term;
          magnitude += Math.abs(term);
        }
        const error = Math.abs(found[column]! - sum) / magnitude;
        // Written so that NaN counts as the largest error.
        if (!(error <= largest)) largest = error;
      }
    }
  }
  return largest;
}

function seeded(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

/** GFLOP/s and, of a card whose peak is known, the share of it; a row for each form, precision and variant. */
function tableOf(times: readonly ProductTime[], peak: number | undefined): string[][] {
  const columns = [...new Set(times.map(({ n }) => n))];
  const rows = new Map<string, string[]>();
  for (const { form, precision, variant, n, gigaflopsPerSecond } of times) {
    const key = `${form}|${precision}|${variant}`;
    const row = rows.get(key) ?? [form, precision, variant, ...columns.map(() => '')];
    const share = peak === undefined ? '' : ` (${((100 * gigaflopsPerSecond) / peak).toFixed(0)} %)`;
    row[3 + columns.indexOf(n)] = `${gigaflopsPerSecond.toFixed(1)}${share}`;
    rows.set(key, row);
  }
  return [['form', 'weight', 'variant', ...columns.map((n) => `${n}, GFLOP/s`)], ...rows.values()];
}

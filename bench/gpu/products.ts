/**
 * Matrix products n x n x n in the three forms of a linear layer, by every variant and with weights held in f32, bf16, f16 and q8: one
 * dispatch of the engine's own kernels repeated in one submission, long enough that submitting does not count. Some
 * elements of every product are compared with f64 sums, because a kernel that reads too little is fast.
 */
import { storedPieces, widened, type Device, type StoredType, type Tensor } from '../../src/engine/index';
import { byteLength, Graph } from '../../src/engine/graph';
import { forwardMatmul, inputGradientMatmul, weightGradientMatmul, type Matmul } from '../../src/engine/ops/matmul';
import { matmulDispatch, supportedVariants, variantOf } from '../../src/engine/variants';
import { compileDispatches } from '../../src/engine/pipelines';
import { readBuffer } from '../../src/engine/readback';
import { adapter } from './adapter';
import { variantsOf } from './kernels';
import { peakOf } from './peak';
import type { Options, Part } from './part';

const forms = {
  forward: (left: Tensor, right: Tensor, product: Tensor, n: number) => forwardMatmul(left, right, product, n),
  'input gradient': (left: Tensor, right: Tensor, product: Tensor, n: number) =>
    inputGradientMatmul(left, right, product, n),
  'weight gradient': (left: Tensor, right: Tensor, product: Tensor, n: number) =>
    weightGradientMatmul(left, right, product, n),
} satisfies Record<string, (left: Tensor, right: Tensor, product: Tensor, n: number) => Matmul>;

type Form = keyof typeof forms;
/** How the right operand is held. */
const precisions = ['f32', 'bf16', 'f16', 'q8'] as const satisfies readonly StoredType[];
type Precision = (typeof precisions)[number];

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
          for (const precision of form === 'weight gradient' ? (['f32'] as const) : precisions) {
            for (const variant of productVariants(device, options)) {
              const slower = times.find((time) => time.variant === variant && time.form === form && time.n === n / 2);
              if (slower && slower.milliseconds * 8 > mostMilliseconds) {
                failed.push(
                  `${variant}, ${form}, ${n}: left out, would take ${(slower.milliseconds / 125).toFixed(0)} s`,
                );
                continue;
              }
              const time = await timeProduct(device, operands, form, precision, variant, n);
              times.push(time);
              if (!(time.largestError < toleranceOf(variant))) {
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

/** Those of f16, too, which no program gets that does not ask for them. */
function productVariants(device: Device, options: Options): readonly string[] {
  const half = options.isSmall ? [] : supportedVariants(device.report, 'f16');
  return [...variantsOf(device, options), ...half];
}

/** As a share of the magnitudes that are summed: f32 rounds the sum, f16 each operand. */
const tolerances = { f32: 1e-5, f16: 2 ** -11 };
const toleranceOf = (variant: string) => tolerances[variantOf({ matmulVariant: variant }).precision];

interface Operands {
  readonly tensors: Readonly<Record<'left' | 'product' | Precision, Tensor>>;
  readonly buffers: ReadonlyMap<number, GPUBuffer>;
  readonly left: Float32Array;
  /** As each type holds it. */
  readonly right: Readonly<Record<Precision, Float32Array>>;
  close(): void;
}

async function allocate(device: Device, n: number): Promise<Operands> {
  const graph = new Graph();
  const held = (type: Precision) => graph.parameter(`right in ${type}`, [n, n], type);
  const tensors = {
    left: graph.input('left', [n, n], 'f32'),
    ...{ f32: held('f32'), bf16: held('bf16'), f16: held('f16'), q8: held('q8') },
    product: graph.input('product', [n, n], 'f32'),
  };
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffers = new Map<number, GPUBuffer>();
  for (const tensor of Object.values(tensors)) {
    const buffer = await device.guarded(tensor.name, () =>
      device.gpu.createBuffer({
        label: tensor.name,
        size: Math.max(16, Math.ceil(byteLength(tensor) / 16) * 16),
        usage,
      }),
    );
    buffers.set(tensor.id, buffer);
  }
  const [left, values] = [seeded(n * n, 1), seeded(n * n, 2)];
  device.gpu.queue.writeBuffer(buffers.get(tensors.left.id)!, 0, left);
  const right = Object.fromEntries(
    precisions.map((type): [Precision, Float32Array] => {
      const pieces = storedPieces({ name: type, shape: [n, n], type }, 0, values);
      for (const { offset, bytes } of pieces) {
        device.gpu.queue.writeBuffer(buffers.get(tensors[type].id)!, offset, bytes as Uint8Array<ArrayBuffer>);
      }
      return [
        type,
        widened(
          type,
          pieces.map(({ bytes }) => bytes),
        ),
      ];
    }),
  ) as Record<Precision, Float32Array>;
  const close = () => buffers.forEach((buffer) => buffer.destroy());
  return { tensors, buffers, left, right, close };
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
  const largestError = await errorOf(device, product, matmul, operands.left, operands.right[precision]);
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

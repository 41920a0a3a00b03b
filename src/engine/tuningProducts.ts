/**
 * The products that variants are timed on, in shapes that a training step has: wide projections in all three forms, and a narrow one
 * (key and value heads, new rows), which fills a GPU with other tiles. One of each is about what a step does, so their sum is compared.
 */
import { fastestRun } from './productSpeed';
import type { Device } from './device';
import { Graph, type ParameterSpec, type Tensor } from './graph';
import { GpuEngine } from './gpuEngine';
import { linear } from './ops/index';

interface Product {
  readonly tokens: number;
  readonly inSize: number;
  readonly outSize: number;
  /** Appends one product and returns what it writes. */
  append(graph: Graph, hidden: Tensor, weight: Tensor, dy: Tensor): Tensor;
}

const wide = { tokens: 512, inSize: 768, outSize: 2048 };
const forward: Product['append'] = (graph, hidden, weight) => linear(graph, hidden, weight);
const attributes = { layout: 'outIn' };

export const tuningProducts = {
  forward: { ...wide, append: forward },
  'input gradient': {
    ...wide,
    append: (graph, hidden, weight, dy) =>
      graph.append('linearInputGradient', [dy, weight], [{ name: 'dHidden', shape: hidden.shape }], attributes)[0]!,
  },
  'weight gradient': {
    ...wide,
    append: (graph, hidden, weight, dy) => {
      graph.append('linearWeightGradient', [hidden, dy], [], attributes, [graph.gradientOf(weight)]);
      return graph.gradientOf(weight);
    },
  },
  narrow: { tokens: 2048, inSize: 768, outSize: 128, append: forward },
} satisfies Record<string, Product>;

type ProductName = keyof typeof tuningProducts;

export interface ProductTime {
  readonly flops: number;
  readonly milliseconds: number;
}

/** A submission this long hides what submitting and reading back take. */
const wantedMilliseconds = 40;
const mostLinks = 256;

/** Of one product of each shape, by the device's variant. On software adapters every side is a quarter. */
export async function productTimes(device: Device): Promise<Readonly<Record<ProductName, ProductTime>>> {
  const times: Partial<Record<ProductName, ProductTime>> = {};
  for (const [name, product] of Object.entries(tuningProducts) as [ProductName, Product][]) {
    times[name] = await timeOf(device, device.report.isFallback ? quarter(product) : product);
  }
  return times as Record<ProductName, ProductTime>;
}

export function totalFlops(times: Readonly<Record<string, ProductTime>>): number {
  return Object.values(times).reduce((sum, { flops }) => sum + flops, 0);
}

export function totalMilliseconds(times: Readonly<Record<string, ProductTime>>): number {
  return Object.values(times).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

function quarter({ tokens, inSize, outSize, append }: Product): Product {
  return { tokens: tokens / 4, inSize: inSize / 4, outSize: outSize / 4, append };
}

async function timeOf(device: Device, product: Product): Promise<ProductTime> {
  const once = await timeChain(device, product, 1);
  const links = Math.max(1, Math.min(mostLinks, Math.ceil(wantedMilliseconds / once)));
  const milliseconds = links === 1 ? once : (await timeChain(device, product, links)) / links;
  return { flops: 2 * product.tokens * product.inSize * product.outSize, milliseconds };
}

/** Milliseconds of the fastest run of `links` equal products in one program. */
async function timeChain(device: Device, product: Product, links: number): Promise<number> {
  const { tokens, inSize, outSize } = product;
  const graph = new Graph();
  const hidden = graph.input('hidden', [tokens, inSize], 'f32');
  const dy = graph.input('dy', [tokens, outSize], 'f32');
  const weight = graph.parameter('weight', [outSize, inSize], 'f32', true);
  let written = hidden;
  for (let link = 0; link < links; link++) written = product.append(graph, hidden, weight, dy);
  const specs: ParameterSpec[] = [{ name: 'weight', shape: weight.shape, type: 'f32' }];
  const engine = new GpuEngine(device);
  const store = await engine.weights(specs);
  try {
    const program = await engine.forward(graph, store, [written]);
    try {
      const inputs = { hidden: new Float32Array(tokens * inSize), dy: new Float32Array(tokens * outSize) };
      return await fastestRun(program, inputs);
    } finally {
      program.close();
    }
  } finally {
    store.close();
  }
}

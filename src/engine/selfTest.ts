/**
 * Some drivers compute wrong numbers, and training on them looks like bad luck. Before an adapter is used, every op runs
 * once, forward and backward, against plain f64 loops. A matmul variant (and the workgroup shapes that go with it) under
 * which anything is wrong or does not run is dropped; when none is left, the report says `passed: false` and nobody should train.
 */
import type { Device } from './device';
import type { Engine, Forward } from './engine';
import { GpuEngine } from './gpuEngine';
import { Graph, elementCount, type Tensor } from './graph';
import { opNamed } from './op';
import { f32Tolerance } from './ops/matmulVariants/variant';
import { checkOptimizer } from './selfTestOptimizer';
import { selfTestCases, type SelfTestCase } from './selfTestCases';
import { slopes, type Values } from './selfTestReference';
import {
  fittingVariants,
  supportedVariants,
  unsupportedVariants,
  variantOf,
  type DroppedVariant,
  type UnsupportedVariant,
} from './variants';

export interface KernelCheck {
  /** The op, "gradient of" it in one of its inputs, or the optimizer's kernel. */
  readonly name: string;
  readonly passed: boolean;
  /** As a share of the largest right value. */
  readonly largestError: number;
}

export interface SelfTestReport {
  /** Of the variant in use; then what failed under dropped ones, named with their variant. */
  readonly kernels: readonly KernelCheck[];
  readonly passed: boolean;
  readonly variant: string;
  readonly dropped: readonly DroppedVariant[];
  /** Variants that ask more than this adapter offers; they were not compiled. */
  readonly unsupported: readonly UnsupportedVariant[];
}

/** Leaves `device.target` at a variant that is right, if there is one. `onProgress` gets finished and all cases. */
export async function selfTest(
  device: Device,
  onProgress?: (finished: number, total: number) => void,
): Promise<SelfTestReport> {
  const original = device.target;
  const supported: readonly string[] = supportedVariants(device.report);
  // Where software imitates a GPU, nobody waits minutes for kernels that are not meant for it.
  const others = device.report.isFallback ? fittingVariants(device.report) : supported;
  const variants = [...new Set([original.matmulVariant, ...others])].filter((name) => supported.includes(name));
  const unsupported = unsupportedVariants(device.report);
  const failed: KernelCheck[] = [];
  const dropped: DroppedVariant[] = [];
  for (const variant of variants) {
    device.target = { ...original, matmulVariant: variant };
    const { tolerance } = variantOf(device.target);
    const { result: kernels, failure } = await device.attempt(`the self-test of ${variant}`, () =>
      checkEngine(
        new GpuEngine(device),
        (finished, total, name) => {
          device.running = `the self-test of ${name}`;
          onProgress?.(finished, total);
        },
        tolerance,
      ),
    );
    if (failure) {
      dropped.push({ variant, reason: failure.message });
      failed.push({ name: `compiling (${variant})`, passed: false, largestError: Infinity });
      continue;
    }
    const wrong = kernels.filter((kernel) => !kernel.passed);
    if (wrong.length === 0) {
      return { kernels: [...kernels, ...failed], passed: true, variant, dropped, unsupported };
    }
    dropped.push({ variant, reason: `wrong: ${wrong.map(({ name }) => name).join(', ')}` });
    failed.push(...wrong.map((check) => ({ ...check, name: `${check.name} (${variant})` })));
  }
  device.target = original;
  return { kernels: failed, passed: false, variant: original.matmulVariant, dropped, unsupported };
}

/** Every op and the optimizer once, on any engine. `productTolerance` is for ops that multiply matrices. */
export async function checkEngine(
  engine: Engine,
  onProgress?: (finished: number, total: number, name: string) => void,
  productTolerance = f32Tolerance,
): Promise<KernelCheck[]> {
  const total = selfTestCases.length + 1;
  const checks: KernelCheck[] = [];
  for (const [finished, test] of selfTestCases.entries()) {
    onProgress?.(finished, total, test.name);
    checks.push(...(await checkCase(engine, test, test.multiplies ? productTolerance : f32Tolerance)));
  }
  onProgress?.(total - 1, total, 'adamw');
  for (const { name, found, wanted } of await checkOptimizer(engine))
    checks.push(compare(name, found, wanted, f32Tolerance));
  onProgress?.(total, total, 'nothing');
  return checks;
}

async function checkCase(engine: Engine, test: SelfTestCase, tolerance: number): Promise<KernelCheck[]> {
  const graph = new Graph();
  const tensors: Record<string, Tensor> = {};
  const values: Record<string, Values> = {};
  for (const [index, [name, { shape, parameter, heldAs }]] of Object.entries(test.values).entries()) {
    const isHeld = parameter || heldAs;
    tensors[name] = isHeld ? graph.parameter(name, shape, heldAs ?? 'f32', !heldAs) : graph.input(name, shape, 'f32');
    values[name] = seededValues(elementCount(shape), index + 1);
  }
  for (const [name, list] of Object.entries(test.indices)) tensors[name] = graph.input(name, [list.length], 'u32');
  const output = test.build(graph, tensors);
  const fromAbove = seededValues(elementCount(output.shape), 99);
  const gradients = test.forwardOnly ? {} : appendGradients(graph, output, tensors, test);

  const store = await engine.weights(
    Object.entries(test.values).flatMap(([name, { shape, parameter, heldAs }]) =>
      parameter || heldAs ? [{ name, shape, type: heldAs ?? ('f32' as const) }] : [],
    ),
  );
  let program: Forward | undefined;
  try {
    for (const name of store.specs.keys()) {
      store.writeRows(name, 0, Float32Array.from(values[name]!));
      values[name] = Float64Array.from(await store.readF32(name));
    }
    program = await engine.forward(graph, store, [output, ...Object.values(gradients)]);
    const [found, ...foundGradients] = await program.run({
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float32Array.from(value)])),
      ...Object.fromEntries(Object.entries(test.indices).map(([name, list]) => [name, Uint32Array.from(list)])),
      fromAbove: Float32Array.from(fromAbove),
      lossScale: Float32Array.of(test.lossScale ?? 1),
    });
    const scalar = () =>
      test.reference(values).reduce((sum, value, at) => sum + value * (test.lossScale ?? fromAbove[at]!), 0);
    return [
      compare(test.name, found!, test.reference(values), tolerance),
      ...Object.keys(gradients).map((name, index) =>
        compare(
          `gradient of ${test.name} in ${name}`,
          foundGradients[index]!,
          slopes(scalar, values[name]!),
          tolerance,
        ),
      ),
    ];
  } finally {
    program?.close();
    store.close();
  }
}

/** Gradients of the case's f32 tensors by name, from the op's own rule. */
function appendGradients(
  graph: Graph,
  output: Tensor,
  tensors: Readonly<Record<string, Tensor>>,
  test: SelfTestCase,
): Record<string, Tensor> {
  const node = graph.nodes.at(-1)!;
  const wanted = node.inputs.map((input) => input.name in test.values);
  const above = test.lossScale === undefined ? graph.input('fromAbove', output.shape, 'f32') : undefined;
  const returned = opNamed(node.op).gradient!(node, [above], wanted, graph);
  const gradients: Record<string, Tensor> = {};
  for (const name of Object.keys(test.values)) {
    const tensor = tensors[name]!;
    const gradient = graph.parameterGradients.get(tensor.id) ?? returned[node.inputs.indexOf(tensor)];
    // add hands the incoming gradient on: there is no kernel to check.
    if (gradient && gradient !== above) gradients[name] = gradient;
  }
  return gradients;
}

function compare(name: string, found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): KernelCheck {
  let gap = 0;
  let scale = 1e-20;
  for (let at = 0; at < wanted.length; at++) {
    const difference = Math.abs(found[at]! - wanted[at]!);
    // Written so that NaN counts as the largest gap.
    if (!(difference <= gap)) gap = difference;
    scale = Math.max(scale, Math.abs(wanted[at]!));
  }
  const largestError = found.length === wanted.length && !Number.isNaN(gap) ? gap / scale : Infinity;
  return { name, passed: largestError <= tolerance, largestError };
}

/** In [-1, 1), exact in f32, always the same. */
export function seededValues(count: number, seed: number): Values {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround((state >>> 8) / 2 ** 23 - 1);
  });
}

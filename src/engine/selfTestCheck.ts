/**
 * One case of the self-test at a time, on any engine: the program that a case becomes, run once and compared with plain f64 loops,
 * gradients with slopes of those loops.
 */
import type { Engine, Forward } from './engine';
import { backpropagate } from './gradients';
import { Graph, elementCount, type Tensor } from './graph';
import { f32Tolerance } from './ops/matmulVariants/variant';
import type { Precision } from './precision';
import { selfTestCases, type SelfTestCase } from './selfTestCases';
import { fusedCases } from './selfTestFused';
import { checkOptimizer } from './selfTestOptimizer';
import { slopes, type Values } from './selfTestReference';

export interface KernelCheck {
  /** The case, "gradient of" it in one of its tensors, or the optimizer's kernel. */
  readonly name: string;
  readonly passed: boolean;
  /** As a share of the largest right value. */
  readonly largestError: number;
}

export interface CheckOptions {
  readonly onProgress?: (finished: number, total: number, name: string) => void;
  /** Of cases that multiply matrices, and how they do. */
  readonly productTolerance?: number;
  readonly precision?: Precision;
  /** Only those cases: all else is as it was under another variant. */
  readonly productsAlone?: boolean;
  /** Names; only these, and no optimizer. */
  readonly cases?: readonly string[];
}

export const allCases: readonly SelfTestCase[] = [...selfTestCases, ...fusedCases];

/** Every op, what is fused of several, and the optimizer once. */
export async function checkEngine(engine: Engine, options: CheckOptions = {}): Promise<KernelCheck[]> {
  const { onProgress, productTolerance = f32Tolerance, precision = 'f32', productsAlone = false } = options;
  const cases = allCases.filter(
    ({ name, multiplies }) => (multiplies || !productsAlone) && (options.cases?.includes(name) ?? true),
  );
  const hasOptimizer = !productsAlone && !options.cases;
  const total = cases.length + (hasOptimizer ? 1 : 0);
  const checks: KernelCheck[] = [];
  for (const [finished, test] of cases.entries()) {
    onProgress?.(finished, total, test.name);
    checks.push(...(await checkCase(engine, test, test.multiplies ? productTolerance : f32Tolerance, precision)));
  }
  if (hasOptimizer) {
    onProgress?.(total - 1, total, 'adamw');
    for (const { name, found, wanted } of await checkOptimizer(engine))
      checks.push(compare(name, found, wanted, f32Tolerance));
  }
  onProgress?.(total, total, 'nothing');
  return checks;
}

export interface CaseGraph {
  readonly graph: Graph;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly output: Tensor;
  /** Of the case's f32 tensors by name. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** Forward and, unless it is `forwardOnly`, backward. */
export function buildCase(test: SelfTestCase): CaseGraph {
  const graph = new Graph();
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, parameter, heldAs }] of Object.entries(test.values)) {
    const isHeld = parameter || heldAs;
    tensors[name] = isHeld ? graph.parameter(name, shape, heldAs ?? 'f32', !heldAs) : graph.input(name, shape, 'f32');
  }
  for (const [name, list] of Object.entries(test.indices)) tensors[name] = graph.input(name, [list.length], 'u32');
  const output = test.build(graph, tensors);
  return { graph, tensors, output, gradients: test.forwardOnly ? {} : appendGradients(graph, output, tensors, test) };
}

async function checkCase(
  engine: Engine,
  test: SelfTestCase,
  tolerance: number,
  precision: Precision,
): Promise<KernelCheck[]> {
  const { graph, output, gradients } = buildCase(test);
  const values: Record<string, Values> = {};
  for (const [index, [name, { shape }]] of Object.entries(test.values).entries()) {
    values[name] = seededValues(elementCount(shape), index + 1);
  }
  const above = seededValues(elementCount(output.shape), 99);
  // Tokens of a loss that weigh nothing have none.
  const fromAbove = test.isLoss ? above.map(Math.abs) : above;

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
    program = await engine.forward(graph, store, [output, ...Object.values(gradients)], precision);
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

function appendGradients(
  graph: Graph,
  output: Tensor,
  tensors: Readonly<Record<string, Tensor>>,
  test: SelfTestCase,
): Record<string, Tensor> {
  const isLoss = test.isLoss ?? false;
  const above = isLoss ? undefined : graph.input('fromAbove', output.shape, 'f32');
  const found = backpropagate(graph, {
    losses: isLoss ? [output] : [],
    known: new Map(above ? [[output.id, above]] : []),
    isWanted: ({ name, type }) => type === 'f32' && name in test.values,
  });
  const gradients: Record<string, Tensor> = {};
  for (const name of Object.keys(test.values)) {
    const { id } = tensors[name]!;
    const gradient = graph.parameterGradients.get(id) ?? found.get(id);
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

/**
 * Where the GPU's optimizer keeps its state, and the passes it makes over it. Weights, gradients and moments lie one behind the
 * other in a few buffers each; a pass binds one of each as a whole and finds its tensors by a table, so that a step takes a handful
 * of dispatches, not several a tensor. Rows that move lazily are dispatched tensor by tensor.
 */
import { placeInSequence, type PlacedBuffers } from './arenas';
import { byteLength, elementCount, type ElementType, type Graph, type ParameterSpec, type Tensor } from './graph';
import { partialBlocks, passTable, type AdamwPass } from './optimizerKernels';
import { planOptimizer, type OptimizedParameter, type OptimizerPlan } from './optimizerPlan';
import { placeParameters } from './parameterPlacement';
import type { TrainingOptions } from './training';

/** Buffers that a pass binds as a whole. */
type BufferKind = 'weights' | 'gradients' | 'firstMoments' | 'secondMoments';

export interface OptimizerLayout extends OptimizerPlan {
  /** Placed alike. */
  readonly firstMoments: PlacedBuffers;
  readonly secondMoments: PlacedBuffers;
  readonly rowSteps: PlacedBuffers;
  /** Scalars of all groups. */
  readonly control: PlacedBuffers;
  readonly passes: readonly AdamwPass[];
  readonly tables: PlacedBuffers;
  /** Whole buffers of gradients, with the slice of `partials` that each is summed into. */
  readonly norms: readonly { readonly gradients: Tensor; readonly slice: readonly [start: number, end: number] }[];
  /** f32: partial sums of squares. */
  readonly partials: Tensor;
  /** By tensor id: the buffer that the tensor stands for. */
  readonly wholes: ReadonlyMap<number, { readonly kind: BufferKind; readonly buffer: number }>;
}

export interface LayoutLimits {
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
}

/** `specs`: all parameters that the store holds, in its order. */
export function layOutOptimizer(
  graph: Graph,
  options: TrainingOptions,
  specs: readonly ParameterSpec[],
  limits: LayoutLimits,
): OptimizerLayout {
  const plan = planOptimizer(graph, options);
  const most = Math.min(limits.maxBindingBytes, limits.maxBufferBytes);
  const { parameters, scalars, clip } = plan;
  let nextId = 1 + Math.max(clip.id, ...parameters.flatMap((p) => [p.secondMoment.id, p.rowSteps?.id ?? 0]));
  const tensor = (name: string, count: number, type: ElementType = 'f32'): Tensor => {
    return { id: nextId++, name, shape: [count], type, kind: 'activation', trainable: false };
  };

  const placed = {
    weights: placeParameters(specs, limits),
    gradients: placeGradients(graph, limits),
    firstMoments: place(
      parameters.map(({ firstMoment }) => firstMoment),
      most,
    ),
    secondMoments: place(
      parameters.map(({ secondMoment }) => secondMoment),
      most,
    ),
  };
  const rowSteps = place(
    parameters.flatMap((p) => p.rowSteps ?? []),
    most,
  );
  const control = place([...scalars.values()], most);

  const wholes = new Map<number, { kind: BufferKind; buffer: number }>();
  const known = new Map<string, Tensor>();
  const whole = (kind: BufferKind, buffer: number): Tensor => {
    const name = `${kind} ${buffer}`;
    const made = known.get(name) ?? tensor(name, placed[kind].bufferBytes[buffer]! / 4);
    known.set(name, made);
    wholes.set(made.id, { kind, buffer });
    return made;
  };

  const weightOf = new Map(specs.map(({ name }, index) => [name, placed.weights.placements.get(index)!]));
  const together = new Map<string, OptimizedParameter[]>();
  const placesOf = ({ parameter, gradient, firstMoment }: OptimizedParameter) => ({
    weight: weightOf.get(parameter.name)!,
    gradient: placed.gradients.placements.get(gradient.id)!,
    moment: placed.firstMoments.placements.get(firstMoment.id)!,
  });
  for (const optimized of parameters) {
    if (optimized.rowSteps) continue;
    const { weight, gradient, moment } = placesOf(optimized);
    const key = [weight, gradient, moment].map(({ buffer }) => buffer).join();
    together.set(key, [...(together.get(key) ?? []), optimized]);
  }
  const passes = [...together.values()].map((members, index): AdamwPass => {
    const { weight, gradient, moment } = placesOf(members[0]!);
    const entries = members.map((optimized) => {
      const places = placesOf(optimized);
      return {
        count: elementCount(optimized.parameter.shape),
        weight: places.weight.offset,
        gradient: places.gradient.offset,
        moment: places.moment.offset,
        scalars: control.placements.get(scalars.get(optimized.group)!.id)!.offset,
      };
    });
    const rows = passTable(entries);
    return {
      weights: whole('weights', weight.buffer),
      gradients: whole('gradients', gradient.buffer),
      firstMoments: whole('firstMoments', moment.buffer),
      secondMoments: whole('secondMoments', moment.buffer),
      scalars: tensor(`scalars of pass ${index}`, control.bufferBytes[0]! / 4),
      table: tensor(`table of pass ${index}`, rows.length, 'u32'),
      rows,
      values: entries.reduce((sum, { count }) => sum + count, 0),
    };
  });
  const tables = place(
    passes.map(({ table }) => table),
    most,
  );

  let blocks = 0;
  const norms = placed.gradients.bufferBytes.map((bytes, buffer) => {
    const start = blocks;
    blocks += partialBlocks(bytes);
    return { gradients: whole('gradients', buffer), slice: [start, blocks] as const };
  });
  const partials = tensor('squared norms', Math.max(64, blocks));
  const { firstMoments, secondMoments } = placed;
  const buffers = [firstMoments, secondMoments, rowSteps, control, tables].flatMap(({ bufferBytes }) => bufferBytes);
  const bytes = buffers.reduce((sum, size) => sum + size, 0) + byteLength(partials) + byteLength(clip);
  return { ...plan, firstMoments, secondMoments, rowSteps, control, passes, tables, norms, partials, wholes, bytes };
}

export function placeGradients(graph: Graph, limits: LayoutLimits): PlacedBuffers {
  return place([...graph.parameterGradients.values()], Math.min(limits.maxBindingBytes, limits.maxBufferBytes));
}

function place(tensors: readonly Tensor[], maxBufferBytes: number): PlacedBuffers {
  return placeInSequence(
    tensors.map((tensor) => ({ tensor: tensor.id, bytes: byteLength(tensor) })),
    maxBufferBytes,
  );
}

/**
 * Which tensors the optimizer keeps beside each trainable parameter. Pure, so that the memory plan can count them before a device
 * is there. Refuses groups that miss a trainable parameter or name one twice.
 */
import { LabError } from '../error';
import { byteLength, type ElementType, type Graph, type Tensor } from './graph';
import type { ParameterGroup, TrainingOptions } from './training';

export interface OptimizedParameter {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
  /** Only for groups with lazy rows: u32 [rows]. */
  readonly rowSteps?: Tensor;
  readonly group: string;
}

export interface OptimizerPlan {
  readonly parameters: readonly OptimizedParameter[];
  /** f32 [8] a group, in the order of `scalarNames`. */
  readonly scalars: ReadonlyMap<string, Tensor>;
  /** f32 [4], in the order of `clipNames`. */
  readonly clip: Tensor;
  /** Of all these. */
  readonly bytes: number;
}

export function planOptimizer(graph: Graph, options: TrainingOptions): OptimizerPlan {
  let nextId = graph.tensors.length;
  const tensor = (name: string, shape: readonly number[], type: ElementType = 'f32'): Tensor => ({
    id: nextId++,
    name,
    shape,
    type,
    kind: 'activation',
    trainable: false,
  });

  const groups = groupByParameter(options.groups);
  const parameters = trainableParameters(graph).map((parameter): OptimizedParameter => {
    const gradient = graph.parameterGradients.get(parameter.id);
    if (!gradient) {
      throw new LabError(
        'engine/no-gradient',
        `${parameter.name} is to be trained, but no gradient reaches it.`,
        'Take it out of the trained parameters, or check that the loss depends on it.',
      );
    }
    const [group, { lazyRows }] = groups.get(parameter.name) ?? missingGroup(parameter.name);
    const { name, shape } = parameter;
    return {
      parameter,
      gradient,
      group,
      firstMoment: tensor(`${name}.firstMoment`, shape),
      secondMoment: tensor(`${name}.secondMoment`, shape),
      ...(lazyRows ? { rowSteps: tensor(`${name}.rowSteps`, shape.slice(0, 1), 'u32') } : {}),
    };
  });
  const trained = new Set(parameters.map(({ parameter }) => parameter.name));
  for (const [name, [group]] of groups) {
    if (trained.has(name)) continue;
    throw new LabError(
      'engine/not-trainable',
      `Group ${group} names ${name}, which is not a trainable parameter here.`,
    );
  }

  const scalars = new Map(Object.keys(options.groups).map((name) => [name, tensor(`${name}.scalars`, [8])]));
  const clip = tensor('clip', [4]);
  const kept = parameters.flatMap((p) => [p.firstMoment, p.secondMoment, ...(p.rowSteps ? [p.rowSteps] : [])]);
  const bytes = [...kept, ...scalars.values(), clip].reduce((sum, each) => sum + byteLength(each), 0);
  return { parameters, scalars, clip, bytes };
}

/** Trainable parameters that some node reads, in the order of the graph. */
function trainableParameters(graph: Graph): Tensor[] {
  return graph.tensors.filter((tensor) => tensor.kind === 'parameter' && tensor.trainable);
}

function groupByParameter(groups: TrainingOptions['groups']): Map<string, [string, ParameterGroup]> {
  const found = new Map<string, [string, ParameterGroup]>();
  for (const [name, group] of Object.entries(groups)) {
    for (const parameter of group.parameters) {
      if (found.has(parameter)) throw new LabError('engine/two-groups', `${parameter} is in two parameter groups.`);
      found.set(parameter, [name, group]);
    }
  }
  return found;
}

function missingGroup(name: string): never {
  throw new LabError('engine/no-group', `${name} is trainable but in no parameter group.`);
}

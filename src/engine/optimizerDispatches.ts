/** All dispatches of an optimizer step in their order: the norm of every gradient, the clip factor, the updates. */
import type { KernelTarget } from './op';
import { adamwDispatches, gradientNormDispatches } from './optimizerKernels';
import type { OptimizerPlan } from './optimizerPlan';
import type { PlannedDispatch } from './plan';

export function optimizerDispatches(plan: OptimizerPlan, target: KernelTarget): PlannedDispatch[] {
  const gradients = plan.parameters.map(({ gradient }) => gradient);
  const norm = gradientNormDispatches(gradients, plan.partials, plan.clip, target);
  const updates = plan.parameters.flatMap(({ parameter, gradient, firstMoment, secondMoment, rowSteps, group }) => {
    const rows = rowSteps ? { lazyRows: true, rowSteps } : {};
    const scalars = plan.scalars.get(group)!;
    const tensors = { weight: parameter, gradient, firstMoment, secondMoment, scalars, clip: plan.clip, target };
    const label = `optimizer / ${parameter.name}`;
    return adamwDispatches({ ...tensors, ...rows }).map((dispatch) => ({ ...dispatch, label }));
  });
  return [...norm.map((dispatch) => ({ ...dispatch, label: 'optimizer / gradient norm' })), ...updates];
}

/** All dispatches of an optimizer step in their order: the norm of all gradients, the clip factor, the updates. */
import type { KernelTarget } from './op';
import { adamwDispatch, adamwRowsDispatch, clipFactorDispatch, squaredNormDispatch } from './optimizerKernels';
import type { OptimizerLayout } from './optimizerLayout';
import type { PlannedDispatch } from './plan';

export function optimizerDispatches(layout: OptimizerLayout, target: KernelTarget): PlannedDispatch[] {
  const { parameters, scalars, clip, partials, norms, passes } = layout;
  const norm = [
    ...norms.map(({ gradients, slice }) => squaredNormDispatch(gradients, partials, slice, target)),
    clipFactorDispatch(partials, clip, target),
  ];
  const byRows = parameters.flatMap(({ parameter, gradient, firstMoment, secondMoment, rowSteps, group }) => {
    if (!rowSteps) return [];
    const own = { weight: parameter, gradient, firstMoment, secondMoment, rowSteps };
    const dispatch = adamwRowsDispatch({ ...own, scalars: scalars.get(group)!, clip }, target);
    return [{ ...dispatch, label: `optimizer / ${parameter.name}` }];
  });
  return [
    ...norm.map((dispatch) => ({ ...dispatch, label: 'optimizer / gradient norm' })),
    ...passes.map((pass) => ({ ...adamwDispatch(pass, clip, target), label: 'optimizer / adamw' })),
    ...byRows,
  ];
}

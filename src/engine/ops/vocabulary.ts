/**
 * A vocabulary matrix is a list of segments, base rows and grafted rows each a parameter of its own, so that no binding
 * grows too large and new rows can be trained while old ones stay frozen.
 */
import type { Tensor } from '../graph';
import { requireShape, requireTrainable, shapeOf } from './dispatch';

export interface VocabularySegment {
  /** [rows, hiddenSize], f32, or frozen as any stored type. */
  readonly parameter: Tensor;
  /** The id of its first row. */
  readonly firstId: number;
}

/** Checks that the segments cover consecutive ids; returns the number of rows in all. */
export function segmentRows(segments: readonly VocabularySegment[], hiddenSize: number): number {
  requireShape(segments.length > 0, 'A vocabulary needs at least one segment.');
  let next = segments[0]!.firstId;
  for (const { parameter, firstId } of segments) {
    requireShape(firstId === next, `${parameter.name} starts at id ${firstId}; ${next} is due.`);
    requireShape(
      shapeOf(parameter, 1) === hiddenSize,
      `${parameter.name} is [${parameter.shape.join()}], hidden size ${hiddenSize}.`,
    );
    requireTrainable(parameter);
    next += shapeOf(parameter, 0);
  }
  return next - segments[0]!.firstId;
}

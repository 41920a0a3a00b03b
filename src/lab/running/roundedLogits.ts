/**
 * The engine's logits with the weights as an ONNX file of some type holds them: what the file must give. The session's
 * own weights stay as they are; the rounded ones are a second set in the engine for as long as this takes.
 */
import { fromF32, quantisedValues, toF32 } from '../../checkpoint/index';
import { buildModel, modelInputs, onnxRoundings, type OnnxDtype, type Rounding } from '../../model/index';
import type { ModelSession } from '../device/modelSession';

/** f32 [ids.length, embeddingRows]. */
export async function roundedLogits(session: ModelSession, ids: Uint32Array, dtype: OnnxDtype): Promise<Float32Array> {
  const { engine } = session;
  // The file holds the checkpoint's own where training held frozen matrices rounded.
  const graphs = session.graphs.asStored;
  if (dtype === 'f32' && graphs === session.graphs) return session.logits(ids);
  const roundings = onnxRoundings(graphs.config, dtype);
  const asF32 = <T>(spec: T, tensor: string) => (roundings.has(tensor) ? { ...spec, type: 'f32' as const } : spec);
  // The file holds merged matrices and no adapters.
  const specs = graphs.parameters.filter(({ origin }) => origin !== 'adapter').map((row) => asF32(row, row.tensor));
  const { input, output } = graphs.vocabulary;
  const store = await engine.weights(specs);
  try {
    for (const { name, tensor, firstRow, shape } of specs) {
      const rounding = roundings.get(tensor);
      const values = await session.rows(tensor, firstRow, firstRow + (shape[0] ?? 1));
      store.writeRows(name, 0, rounding ? rounded(values, shape.at(-1)!, rounding) : values);
    }
    const { graph, outputs } = buildModel(graphs.config, {
      tokens: ids.length,
      vocabulary: {
        input: input.map((segment) => asF32(segment, segment.matrix)),
        output: output.map((segment) => asF32(segment, segment.matrix)),
      },
      parameterTypes: (name) => (roundings.has(name) ? 'f32' : graphs.parameterTypes(name)),
      trainable: () => false,
      outputs: 'logits',
    });
    const program = await engine.forward(graph, store, [outputs.logits!]);
    try {
      const inputs = modelInputs({ ids, rowLength: ids.length, documentLengths: [ids.length] });
      return (await program.run(inputs))[0]!;
    } finally {
      program.close();
    }
  } finally {
    store.close();
  }
}

/** @param width of the last dimension. */
export function rounded(values: Float32Array, width: number, rounding: Rounding): Float32Array {
  if (rounding === 'f16') return toF32(fromF32(values, 'F16'), 'F16');
  return quantisedValues(values, width, rounding === 'q4 outIn' ? 'outIn' : 'inOut');
}

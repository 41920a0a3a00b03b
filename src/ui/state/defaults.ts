/** What is chosen before the visitor chooses. */
import type { ExportChoice, LabApi, ModelSummary, SampleSummary, TrainSettings } from '../../worker/index';

/** Parameters up to which every one of them is trained by default. */
const largestAll = 5e7;

/** What moves by default is what an honest control can move too: everything, or of larger models the embeddings. */
export async function defaultSettings(
  lab: Pick<LabApi, 'defaultSettings'>,
  model: ModelSummary | undefined,
): Promise<TrainSettings | null> {
  const settings = await lab.defaultSettings().catch(() => null);
  if (!settings || !model) return settings;
  return { ...settings, mode: model.parameters <= largestAll ? 'all' : 'embeddings' };
}

export const firstSample = (samples: readonly SampleSummary[] = []): string | undefined =>
  (samples.find(({ kind }) => kind === 'symbolic') ?? samples[0])?.id;

export const FIRST_EXPORT_CHOICE: ExportChoice = {
  form: 'model',
  dtype: 'source',
  onnxDtype: 'f32',
  ggufDtype: 'F16',
  tokenizerClass: 'obeys',
};

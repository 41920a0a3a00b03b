/** `--runtime`: a model in the engine, or in onnxruntime-web from an export in memory, which needs no adapter. */
import {
  engineText,
  ModelSession,
  onnxModelFiles,
  onnxScorer,
  OnnxSession,
  onnxText,
  type LoadedModel,
  type Progress,
  type Scorer,
  type TextModel,
} from '../../lab/index';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { nodeOnnxRuntime } from '../onnxRuntime';

export interface RunningModel {
  readonly text: TextModel;
  readonly scorer: Scorer;
  close(): Promise<void>;
}

export async function runningModel(
  command: Command,
  model: LoadedModel,
  onProgress: (progress: Progress) => void,
): Promise<RunningModel> {
  if (command.text('runtime') === 'onnxruntime') {
    const files = await onnxModelFiles({ model }, 'f32');
    const session = await OnnxSession.openFiles(await nodeOnnxRuntime(), files);
    return { text: onnxText(session, model), scorer: onnxScorer(session, model), close: () => session.close() };
  }
  const session = await ModelSession.open(await nodeEngine(command), model, { onProgress });
  return { text: engineText(session), scorer: session.scorer(), close: async () => session.close() };
}

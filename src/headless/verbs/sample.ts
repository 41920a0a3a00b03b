/** `sample`: samples of every finished arm of an experiment, read by a parser of its notation. */
import {
  engineText,
  heldAs,
  ModelSession,
  onnxModelFiles,
  OnnxSession,
  onnxText,
  sampleExperiment,
  type NotationName,
  type SampledExperiment,
} from '../../lab/index';
import type { Answer } from '../answer';
import { fileKey, type Command } from '../arguments';
import { fieldText } from '../fieldText';
import { nodeOnnxRuntime } from '../onnxRuntime';
import { nodeFieldLibraries } from '../rdkit';
import { progressLine } from '../stdout';
import { experimentRuns, type ExperimentRuns } from './experimentRuns';

export async function sampleVerb(command: Command): Promise<Answer> {
  const runs = await experimentRuns(command, command.text(fileKey)!);
  const { spec, folder, corpus } = runs;
  const open = opener(command, runs);
  const [notation, arm] = [command.text('notation') as NotationName | undefined, command.text('arm')];
  const [runSeed, bytes] = [command.number('run-seed'), command.number('bytes')];
  const { report, sampling, heldOut } = await sampleExperiment(
    { spec, folder, corpus, open, libraries: nodeFieldLibraries },
    {
      onProgress: progressLine(),
      samples: command.number('n')!,
      seed: command.number('seed')!,
      temperature: command.number('temperature')!,
      topP: command.number('top-p')!,
      ...(notation === undefined ? {} : { notation }),
      ...(arm === undefined ? {} : { arm }),
      ...(runSeed === undefined ? {} : { runSeed }),
      ...(bytes === undefined ? {} : { bytes }),
    },
  );
  const field = report.field!;
  return { value: { sampling, heldOut, ...field }, text: fieldText(field, { sampling, heldOut }) };
}

/** In onnxruntime-web, which keeps what it has read, or in the engine. */
function opener(command: Command, { engine, model, spec, open }: ExperimentRuns): SampledExperiment['open'] {
  return async (key, { onProgress = () => undefined }) => {
    const run = key && (await open(key));
    const tokenizer = run ? run.arm.tokenizer : model.tokenizer;
    if (command.text('runtime') === 'onnxruntime') {
      const { graft, session } = run?.arm ?? {};
      const exported = { model, ...(graft ? { graft } : {}), ...(session ? { session } : {}) };
      try {
        const files = await onnxModelFiles(exported, 'f32');
        const onnx = await OnnxSession.openFiles(await nodeOnnxRuntime(), files);
        return { text: onnxText(onnx, model), tokenizer, close: () => onnx.close() };
      } finally {
        run?.arm.close();
      }
    }
    const session = run ? run.arm.session : await ModelSession.open(engine, model, { onProgress, ...heldAs(spec) });
    return { text: engineText(session), tokenizer, close: async () => session.close() };
  };
}

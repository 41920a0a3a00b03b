/** `ask`: questions made from the text of an experiment, answered by every finished arm. */
import { askExperiment, heldAs, ModelSession } from '../../lab/index';
import type { Answer } from '../answer';
import { fileKey, type Command } from '../arguments';
import { clozeText } from '../clozeText';
import { progressLine } from '../stdout';
import { experimentRuns } from './experimentRuns';

export async function askVerb(command: Command): Promise<Answer> {
  const { spec, folder, corpus, engine, model, open } = await experimentRuns(command, command.text(fileKey)!);
  const [arm, runSeed] = [command.text('arm'), command.number('run-seed')];
  const report = await askExperiment(
    {
      ...{ spec, folder, corpus },
      async open(key, watch) {
        const run = key && (await open(key));
        const session = run ? run.arm.session : await ModelSession.open(engine, model, { ...watch, ...heldAs(spec) });
        const tokenizer = run ? run.arm.tokenizer : model.tokenizer;
        return { scorer: session.scorer(), tokenizer, close: () => session.close() };
      },
    },
    {
      onProgress: progressLine(),
      questions: command.number('n')!,
      seed: command.number('seed')!,
      ...(arm === undefined ? {} : { arm }),
      ...(runSeed === undefined ? {} : { runSeed }),
    },
  );
  const cloze = report.cloze!;
  return { value: cloze, text: clozeText(cloze) };
}

/** `compare`: a graft that was trained elsewhere against its base and against the graft as it would start. */
import { besideBase, openTrainedElsewhere } from '../../lab/index';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { bitsText, lostLine } from '../scoreText';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { heldOutCorpus } from './corpus';
import { takenFiles } from '../taken';
import { modelFiles, openNamed } from './model';

export async function compareVerb(command: Command): Promise<Answer> {
  const base = await openNamed(command, command.text('base')!);
  const corpus = await heldOutCorpus(command);
  const onProgress = progressLine();
  const evaluationBytes = command.number('max-bytes');
  const setup = {
    engine: await nodeEngine(command),
    base,
    corpus,
    ...(evaluationBytes === undefined ? {} : { evaluationBytes }),
  };
  const { arm: trained, steps } = await openTrainedElsewhere(setup, await modelFiles(command), { onProgress });
  const comparison = await besideBase(trained, steps, {}, { onProgress });
  trained.close();
  const lines = comparison.arms.map(({ arm, heldOut, general }) => {
    const figures = [heldOut, general].map((score) => bitsText(score).padStart(9));
    return `${arm.padEnd(18)} ${figures.join(' ')}  ${heldOut.tokens} tokens`;
  });
  return {
    value: { ...comparison, corpus: takenFiles(corpus.summary) },
    text: [
      'arm                 held-out   general',
      ...lines,
      ...comparison.arms.flatMap(({ arm, heldOut, general }) => [
        ...lostLine(`${arm}, held-out`, heldOut),
        ...lostLine(`${arm}, general`, general),
      ]),
      'The base was not trained on this text: what the new tokens did is told by an experiment with a control (`lab run`).',
    ].join('\n'),
  };
}

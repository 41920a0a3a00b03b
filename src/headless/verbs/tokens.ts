/** `tokens`: evidence for every new token of an arm that was run, or of a model that was expanded. */
import { writeFileSync } from 'node:fs';
import { LabError } from '../../error';
import {
  controlOfArm,
  neighboursOf,
  subjectOfArm,
  subjectOfFolder,
  tokensEvidence,
  withoutStarved,
  writtenSpec,
  type ArmModel,
  type EvidenceSubject,
  type ExperimentSpec,
  type TokensEvidence,
} from '../../lab/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { progressLine } from '../stdout';
import { tokenText, tokensText } from '../tokensText';
import { heldOutCorpus } from './corpus';
import { experimentRuns, keyNamed } from './experimentRuns';
import { modelOf, modelSource } from './model';

interface Opened {
  readonly subject: EvidenceSubject;
  /** Whose tokens they are, for people and as JSON. */
  readonly of: string;
  /** Of an experiment. */
  readonly arm?: { readonly spec: ExperimentSpec; readonly name: string };
  close(): void;
}

export async function tokensVerb(command: Command): Promise<Answer> {
  const onProgress = progressLine();
  const prune = command.text('prune');
  if (prune !== undefined && command.text('experiment') === undefined) {
    const hint = 'Give the folder that the arm was run in.';
    throw new LabError('headless/bad-arguments', '`--prune` makes an arm, and needs `--experiment DIR`.', hint);
  }
  const { subject, of, arm, close } = await opened(command);
  try {
    const wanted = command.text('token');
    const only = wanted === undefined ? undefined : tokenNamed(subject, wanted).id;
    const evidence = await tokensEvidence(subject, {
      onProgress,
      placesEach: command.number('places')!,
      maxBytes: command.number('max-bytes')!,
      ...(only === undefined ? {} : { only }),
    });
    if (only === undefined) {
      const pruned = prune === undefined ? [] : [prunedInto(prune, arm!, evidence)];
      return {
        value: { of, ...evidence, ...(pruned[0] ? { pruned: pruned[0] } : {}) },
        text: [tokensText(of, evidence), ...pruned.map(prunedText)].join('\n'),
      };
    }
    const token = evidence.tokens.find(({ id }) => id === only)!;
    const neighbours = await neighboursOf(subject, only);
    const { course } = evidence;
    return { value: { of, token, neighbours, course }, text: tokenText(token, neighbours, course) };
  } finally {
    close();
  }
}

interface Pruned {
  readonly arm: string;
  readonly file: string;
  readonly tokens: readonly string[];
}

/** Writes the specification with one more arm. */
function prunedInto(file: string, { spec, name }: NonNullable<Opened['arm']>, evidence: TokensEvidence): Pruned {
  const made = withoutStarved(spec, name, evidence.tokens, evidence.summary.floor);
  writeFileSync(file, `${JSON.stringify(writtenSpec(made.spec), null, 2)}\n`);
  return { arm: made.name, file, tokens: made.pruned };
}

const prunedText = ({ arm, file, tokens }: Pruned): string =>
  `${file} has one more arm, \`${arm}\`, without ${tokens.length} starved tokens: \`run\` it into the same folder, what is finished is skipped.`;

async function opened(command: Command): Promise<Opened> {
  const path = command.text('experiment');
  if (path !== undefined) return openedArm(command, path);
  if (command.text('corpus') === undefined) {
    throw new LabError(
      'headless/bad-arguments',
      '`tokens` needs `--experiment DIR`, or `--corpus PATH` beside `--model`.',
      'Say which arm, or which text the tokens are looked for in.',
    );
  }
  const [{ tree }, model] = [await modelSource(command), await modelOf(command)];
  const corpus = await heldOutCorpus(command);
  const onProgress = progressLine();
  const subject = await subjectOfFolder(tree, model, corpus, await nodeEngine(command), { onProgress });
  return { subject, of: model.summary.name, close: () => subject.session.close() };
}

async function openedArm(command: Command, path: string): Promise<Opened> {
  const runs = await experimentRuns(command, path);
  const key = keyNamed(command, runs.written);
  const opened: ArmModel[] = [];
  const close = () => opened.forEach((arm) => arm.close());
  const open = async (arm: string) => {
    const run = await runs.open({ ...key, arm });
    opened.push(run.arm);
    return run;
  };
  try {
    const { arm, newTokens, records } = await open(key.arm);
    const against = await runs.controlOf(key);
    const held = against === undefined ? undefined : await open(against);
    const control = held && controlOfArm(against!, held.arm, held.records);
    const subject = subjectOfArm(arm, newTokens, records, control);
    return { subject, of: `${key.arm}, seed ${key.seed}`, arm: { spec: runs.written, name: key.arm }, close };
  } catch (error) {
    close();
    throw error;
  }
}

function tokenNamed({ newTokens, tokenizer }: EvidenceSubject, wanted: string) {
  const found = newTokens.find(({ id, text }) => text === wanted || tokenizer.piece(id) === wanted);
  if (found) return found;
  throw new LabError(
    'lab/no-such-token',
    `\`${wanted}\` is none of the ${newTokens.length} new tokens.`,
    'Write it as the table of all tokens shows it.',
    { token: wanted },
  );
}

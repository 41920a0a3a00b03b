/** `tokens`: evidence for every new token of an arm that was run, or of a model that was expanded. */
import { existsSync, writeFileSync } from 'node:fs';
import { diskFolder } from '../../checkpoint/node';
import { LabError } from '../../error';
import {
  earlierGraft,
  controlIn,
  controlOfArm,
  neighboursOf,
  openRun,
  pinned,
  readReport,
  readSpec,
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
import { openShards } from '../countingShards';
import { nodeEngine } from '../engine';
import { progressLine } from '../stdout';
import { tokenText, tokensText } from '../tokensText';
import { heldOutCorpus } from './corpus';
import { textsOfSpec } from './instructions';
import { loaded, modelOf, modelSource, sourceNamed } from './model';

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
    return { value: { of, token, neighbours }, text: tokenText(token, neighbours) };
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
  const folder = existsSync(path) ? await diskFolder(path) : undefined;
  const written = folder && (await readSpec(folder));
  if (!folder || !written) {
    throw new LabError(
      'lab/no-experiment',
      `There is no experiment.json in ${path}.`,
      'Give the folder that an experiment was run in.',
    );
  }
  const source = await sourceNamed(command, written.model.name);
  const model = await loaded(source);
  const corpus = await textsOfSpec(command, written);
  const spec = await pinned(written, model, corpus);
  const key = { arm: command.text('arm') ?? firstExpanded(written), seed: command.number('seed')! };
  const engine = await nodeEngine(command);
  const earlier = () => earlierGraft(source.tree, model);
  const onProgress = progressLine();
  const held: ArmModel[] = [];
  const close = () => held.forEach((arm) => arm.close());
  const open = async (arm: string) => {
    const run = await openRun(
      { spec, folder, engine, model, corpus, earlier, openShards },
      { ...key, arm },
      { onProgress },
    );
    held.push(run.arm);
    return run;
  };
  try {
    const { arm, newTokens, records } = await open(key.arm);
    const against = controlIn(await readReport(folder), key);
    const control = against === undefined ? undefined : controlOfArm(against, (await open(against)).arm);
    const subject = subjectOfArm(arm, newTokens, records, control);
    return { subject, of: `${key.arm}, seed ${key.seed}`, arm: { spec: written, name: key.arm }, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The arm that is meant where nobody names one: the first that is trained with new tokens. */
function firstExpanded({ arms }: ExperimentSpec): string {
  const expanded = Object.keys(arms).find((name) => arms[name]!.vocabulary && arms[name]!.stages.length > 0);
  return expanded ?? Object.keys(arms)[0]!;
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

/** `train` and `expand` as specifications of one arm: what their flags say, written as `lab run` reads it. */
import { LabError } from '../error';
import {
  addsTokens,
  modeGroups,
  parseSpec,
  rateFor,
  type ArmSpec,
  type ExperimentSpec,
  type SpecProblem,
  type TrainMode,
  type WrittenArm,
} from '../lab/index';
import type { Command } from './arguments';
import { fieldFlags, fieldSchema, type FieldFlagName } from './fieldFlags';

/** Name of the one arm. */
const armName = 'trained';

type Fields = Record<string, unknown>;

/**
 * The arm of `train`. @param model for the rates, where no flag gives them. @param hasNewRows from an earlier graft.
 * @param budget in bytes, where the flags do not say it so. Throws `headless/bad-arguments`.
 */
export function trainSpec(
  command: Command,
  model: { readonly parameters: number },
  hasNewRows: boolean,
  budget: { readonly bytes: number },
): ExperimentSpec {
  if (command.isSet('steps') && command.isSet('bytes')) {
    throw new LabError(
      'headless/bad-arguments',
      '`--steps` and `--bytes` both say how long to train.',
      'Give one of the two.',
    );
  }
  const written = fieldsOf(command);
  const { stages, ...arm } = written.arm as Fields;
  const moves = movesOf(
    command,
    rateFor(model.parameters),
    hasNewRows || addsTokens(arm.vocabulary as WrittenArm['vocabulary']),
  );
  const stage = { moves, ...(stages as Fields[] | undefined)?.[0] };
  requireAdapters(command, moves.adapters !== undefined);
  const adapters = moves.adapters !== undefined && arm.adapters === undefined ? { adapters: {} } : {};
  return parsed(command, { budget, ...written, arm: { ...adapters, ...arm, stages: [stage] } });
}

const adapterFlags = ['rank', 'alpha', 'targets', 'rank-stabilised', 'adapter-out'] as const;

function requireAdapters(command: Command, areTrained: boolean): void {
  const flag = adapterFlags.find((each) => command.isSet(each));
  if (flag !== undefined && !areTrained) {
    throw new LabError(
      'headless/bad-arguments',
      `\`--${flag}\` belongs to \`--train adapters\`.`,
      'Say so, or leave the flag out.',
    );
  }
  if (command.isSet('adapter-out') && command.text('adapter-out') === command.text('out')) {
    throw new LabError(
      'headless/bad-arguments',
      '`--adapter-out` and `--out` are one folder.',
      'The merged model and its adapters need one each.',
    );
  }
}

/** The arm of `expand`, which is grafted and not trained: a stage that is written to it reads the corpus once. */
export function expandSpec(command: Command, { trainBytes }: { readonly trainBytes: number }): ExperimentSpec {
  const model = command.text('tokenizer') ?? command.text('model');
  const written = fieldsOf(command);
  // Without a word of tokens, how many is what is missing.
  const arm = { vocabulary: { method: 'continued' }, ...(written.arm as Fields) };
  return parsed(command, { ...written, arm, model, budget: { bytes: Math.max(1, trainBytes) } });
}

export function armOf(spec: ExperimentSpec): ArmSpec {
  return spec.arms[armName]!;
}

/** Without new rows only those that were there before can move; `new-rows` keeps its name, by which it is refused. */
function movesOf(command: Command, rate: number, hasNewRows: boolean): Fields {
  const mode = command.text('train') as TrainMode;
  const rows = command.number('lr') ?? rate;
  // A rate that was given holds for everything that moves, unless the rest has its own.
  const rest = command.number('body-lr') ?? rows;
  const groups = modeGroups[mode].filter((group) => group !== 'newRows' || hasNewRows || mode === 'new-rows');
  return Object.fromEntries(groups.map((group) => [group, group === 'newRows' ? rows : rest]));
}

/** What the flags say, as the specification has it; `arm` is the one arm. */
function fieldsOf(command: Command): Fields {
  const [documents, field] = [command.text('documents'), command.text('field')];
  const written: Fields = {
    model: command.text('model'),
    corpus: {
      path: command.text('corpus'),
      ...(documents === undefined || documents === 'auto' ? {} : { documents }),
      ...(field === undefined ? {} : { field }),
    },
    seeds: [command.number('seed')],
    arm: {},
  };
  for (const [flag, { fields }] of Object.entries(fieldFlags)) {
    if (!command.isSet(flag)) continue;
    for (const path of fields) put(written, path.split('.'), valueOf(command, flag as FieldFlagName));
  }
  const method = command.text('method');
  if (method !== undefined || (written.arm as Fields).vocabulary) {
    const [name, grammar] = (method ?? 'continued').split(':');
    put(written, ['arm', 'vocabulary', 'method'], name);
    if (grammar !== undefined) put(written, ['arm', 'vocabulary', 'grammar'], grammar);
  }
  return written;
}

function valueOf(command: Command, flag: FieldFlagName): unknown {
  const { type } = fieldSchema(fieldFlags[flag].fields[0]);
  if (type === 'boolean') return true;
  if (type === 'array') return command.text(flag)?.split(',');
  return type === 'integer' || type === 'number' ? command.number(flag) : command.text(flag);
}

/** @param path of names, and of 0 for the first of a list. */
function put(into: Fields, [name, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[name!] = value;
  else if (rest[0] === '0') put((into[name!] ??= [{}]) as unknown as Fields, rest, value);
  else put((into[name!] ??= {}) as Fields, rest, value);
}

function parsed(command: Command, { arm, ...written }: Fields): ExperimentSpec {
  const name = `${command.verb}: ${command.text('corpus')}`;
  try {
    return parseSpec({ version: 2, name, ...written, arms: { [armName]: arm } });
  } catch (thrown) {
    throw thrown instanceof LabError ? withFlags(command, thrown) : thrown;
  }
}

const moved = ['newRows', 'oldRows', 'body', 'norms', 'adapters'].map((group) => `arm.stages.0.moves.${group}`);

/** Fields of flags that are more than one field; where two have a field, the one that was given. */
const flagFields: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(fieldFlags).map(([flag, { fields }]) => [flag, fields])),
  method: ['arm.vocabulary.method', 'arm.vocabulary.grammar'],
  'body-lr': moved.slice(1),
  lr: moved,
  steps: ['budget.bytes'],
  seed: ['seeds.0'],
};

function withFlags(command: Command, error: LabError): LabError {
  const lines = (error.details.problems as readonly SpecProblem[]).map(({ path, message }) => {
    const field = path.replace(`arms.${armName}`, 'arm').replace(/\[(\d+)\]/g, '.$1');
    const flags = Object.keys(flagFields).filter((flag) => flagFields[flag]!.includes(field));
    const flag = flags.find((each) => command.isSet(each)) ?? flags[0];
    return `${flag === undefined ? '' : `\`--${flag}\`: `}\`${path}\` ${message}`;
  });
  return new LabError(
    'headless/bad-arguments',
    `${lines.join('.\n')}.`,
    `Nothing was done. \`npm run lab -- ${command.verb} --help\` lists the flags.`,
    error.details,
  );
}

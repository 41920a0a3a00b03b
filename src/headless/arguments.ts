/**
 * A command line read by the table of verbs: anything that is not in it is refused by name, and numbers are checked here, so that verbs
 * get values.
 */
import { parseArgs } from 'node:util';
import { boundsText, isWithin } from '../bounds';
import { LabError } from '../error';
import { common, type Flag } from './flags';
import { verbs, type Verb, type VerbTable } from './verbTable';

/** By which a command gives what stood without a flag. */
export const fileKey = ' file';

export interface Command {
  readonly verb: Verb | 'help';
  readonly json: boolean;
  readonly help: boolean;
  text(flag: string): string | undefined;
  number(flag: string): number | undefined;
  isSet(flag: string): boolean;
}

function refuse(message: string, hint = 'Run `npm run lab -- --help` for the verbs and their flags.'): LabError {
  return new LabError('headless/bad-arguments', message, hint);
}

/** Throws `headless/bad-arguments`, naming the argument. */
export function parseCommand(argv: readonly string[]): Command {
  const [verb, ...rest] = argv;
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    return {
      verb: 'help',
      json: false,
      help: true,
      text: () => undefined,
      number: () => undefined,
      isSet: () => false,
    };
  }
  if (!(verb in verbs)) {
    throw refuse(`There is no verb \`${verb}\`.`, `Verbs: ${Object.keys(verbs).join(', ')}.`);
  }
  const { file, flags: own }: VerbTable = verbs[verb as Verb];
  const flags: Record<string, Flag> = { ...own, ...common };
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      { type: flag.kind === 'switch' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...rest], options, strict: false, tokens: true, allowPositionals: true });
  const values = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!file || values.has(fileKey)) throw refuse(`\`${token.value}\` stands without a flag.`);
      values.set(fileKey, token.value);
      continue;
    }
    if (token.kind === 'option-terminator') throw refuse('`--` is not used.');
    const flag = flags[token.name];
    if (!flag) {
      throw refuse(`\`${verb}\` has no flag \`${token.rawName}\`.`, `Flags: --${Object.keys(flags).join(', --')}.`);
    }
    if (flag.kind === 'switch') values.set(token.name, true);
    else if (token.value === undefined) throw refuse(`\`--${token.name}\` needs a value (${flag.value}).`);
    else values.set(token.name, checked(token.name, flag, token.value));
  }
  const wantsHelp = values.has('help');
  if (file && !wantsHelp && !values.has(fileKey)) throw refuse(`\`${verb}\` needs ${file.name}: ${file.about}.`);
  for (const [name, flag] of Object.entries(flags)) {
    if (!wantsHelp && flag.required && !values.has(name))
      throw refuse(`\`${verb}\` needs \`--${name} ${flag.value}\`.`);
    if (flag.fallback !== undefined && !values.has(name)) values.set(name, flag.fallback);
  }
  const text = (flag: string) => {
    const value = values.get(flag);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    verb: verb as Verb,
    json: values.has('json'),
    help: wantsHelp,
    text,
    number: (flag) => {
      const value = text(flag);
      return value === undefined ? undefined : Number(value);
    },
    isSet: (flag) => values.has(flag),
  };
}

function checked(name: string, flag: Flag, value: string): string {
  if (flag.choices && !flag.choices.includes(value)) {
    throw refuse(`\`--${name}\` cannot be \`${value}\`.`, `One of: ${flag.choices.join(', ')}.`);
  }
  if (flag.kind === 'whole' || flag.kind === 'number') {
    const isWhole = flag.kind === 'whole';
    const bounds = flag.bounds ?? { least: 0, most: Infinity, isWhole };
    const isNumber = isWhole ? /^\d+$/.test(value) : value.trim() !== '' && Number.isFinite(Number(value));
    if (!isNumber || !isWithin(Number(value), bounds))
      throw refuse(`\`--${name}\` takes ${boundsText(bounds)}, not \`${value}\`.`);
  }
  return value;
}

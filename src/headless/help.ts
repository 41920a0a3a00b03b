/** `--help`: verbs and flags as the table has them. */
import { verbs, type Verb, type VerbTable } from './verbTable';
import { common, type Flag } from './flags';

export function helpText(verb: Verb | 'help'): string {
  const shown = verb === 'help' ? (Object.keys(verbs) as Verb[]) : [verb];
  const lines = ['npm run lab -- <verb> [flags]', ''];
  for (const name of shown) {
    const { about, file }: VerbTable = verbs[name];
    lines.push(`${name}${file ? ` ${file.name}` : ''}: ${about}`);
    if (file) lines.push(`  ${file.name.padEnd(26)} ${file.about} (required)`);
    lines.push(...Object.entries<Flag>(verbs[name].flags).map(flagLine), '');
  }
  lines.push('every verb:', ...Object.entries<Flag>(common).map(flagLine));
  return lines.join('\n');
}

function flagLine([name, flag]: [string, Flag]): string {
  const left = `  --${name}${flag.value ? ` ${flag.value}` : ''}`;
  const notes = [
    flag.choices ? `one of ${flag.choices.join(', ')}` : '',
    (flag.fallback ?? flag.byDefault) === undefined ? '' : `default ${flag.fallback ?? flag.byDefault}`,
    flag.required ? 'required' : '',
  ].filter(Boolean);
  return `${left.padEnd(28)} ${flag.about}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
}

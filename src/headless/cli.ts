/**
 * `npm run lab -- <verb> ...`: the same lab without a page. With --json stdout carries one JSON value and nothing else;
 * progress always goes to stderr. Errors are `{"error":{code,message,hint}}` and status 1.
 */
import { asLabError } from '../error';
import { parseCommand, type Command } from './arguments';
import { closeEngine } from './engine';
import { helpText } from './help';
import { print } from './stdout';
import { answerTo } from './verbs';

export async function main(argv: readonly string[]): Promise<number> {
  let command: Command | undefined;
  try {
    command = parseCommand(argv);
    if (command.verb === 'help' || command.help) {
      print(helpText(command.verb));
      return 0;
    }
    const answer = await answerTo(command);
    print(command.json ? JSON.stringify(answer.value) : answer.text);
    return 0;
  } catch (thrown) {
    const { code, message, hint, stack } = asLabError(thrown);
    if (command?.json ?? argv.includes('--json')) print(JSON.stringify({ error: { code, message, hint } }));
    else process.stderr.write(`${message}\n${hint ? `${hint}\n` : ''}(${code})\n`);
    if (code === 'internal' && stack) process.stderr.write(`${stack}\n`);
    return 1;
  } finally {
    await closeEngine();
  }
}

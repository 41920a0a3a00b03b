/** `generate`: a continuation of a prompt, streamed to stdout unless --json. */
import { generateText } from '../../lab/index';
import type { Command } from '../arguments';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { modelOf } from './model';
import { runningModel } from './runningModel';

export async function generateVerb(command: Command): Promise<Answer> {
  const model = await modelOf(command);
  const prompt = command.text('prompt')!;
  const running = await runningModel(command, model, progressLine());
  const pieces = await generateText(running.text, model.tokenizer, {
    prompt,
    maxTokens: command.number('max-tokens')!,
    temperature: command.number('temperature')!,
    topK: command.number('top-k')!,
    topP: command.number('top-p')!,
    seed: command.number('seed')!,
    onPiece: (piece) => {
      if (process.stderr.isTTY) process.stderr.write(piece.text);
    },
  });
  await running.close();
  if (process.stderr.isTTY) process.stderr.write('\n');
  const text = pieces.map((piece) => piece.text).join('');
  return { value: { prompt, text, ids: pieces.map((piece) => piece.id) }, text: prompt + text };
}

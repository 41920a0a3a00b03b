/** `generate`: a continuation of a prompt, streamed to stdout unless --json. */
import { chatPrompt, generateText } from '../../lab/index';
import type { Command } from '../arguments';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { modelOf } from './model';
import { runningModel } from './runningModel';

export async function generateVerb(command: Command): Promise<Answer> {
  const model = await modelOf(command);
  const asked = command.text('prompt')!;
  const chat = command.isSet('chat')
    ? await chatPrompt(model, model.tokenizer, [{ role: 'user', content: asked }])
    : undefined;
  if (chat?.from === 'default') process.stderr.write('The model has no chat template; a plain one is used.\n');
  const running = await runningModel(command, model, progressLine());
  const pieces = await generateText(running.text, model.tokenizer, {
    ...(chat?.options ?? { prompt: asked }),
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
  const ids = pieces.map((piece) => piece.id);
  if (!chat) return { value: { prompt: asked, text, ids }, text: asked + text };
  return { value: { prompt: asked, text, ids, template: chat.from, read: chat.options.prompt }, text };
}

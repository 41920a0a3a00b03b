/** `generate`: a continuation of a prompt, streamed to stdout unless --json. */
import { generateText, ModelSession } from '../../lab/index';
import type { Command } from '../arguments';
import { nodeDevice } from '../device';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { modelOf } from './model';

export async function generateVerb(command: Command): Promise<Answer> {
  const model = await modelOf(command);
  const prompt = command.text('prompt')!;
  const session = await ModelSession.open(await nodeDevice(), model, { onProgress: progressLine() });
  const pieces = await generateText(session, model.tokenizer, {
    prompt,
    maxTokens: command.number('max-tokens')!,
    temperature: command.number('temperature')!,
    topK: command.number('top-k')!,
    seed: command.number('seed')!,
    onPiece: (piece) => {
      if (process.stderr.isTTY) process.stderr.write(piece.text);
    },
  });
  session.close();
  if (process.stderr.isTTY) process.stderr.write('\n');
  const text = pieces.map((piece) => piece.text).join('');
  return { value: { prompt, text, ids: pieces.map((piece) => piece.id) }, text: prompt + text };
}

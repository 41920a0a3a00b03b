/** `logits`: the model's scores at every position, to a safetensors file or as a short summary. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { safetensorsFile, tensorOf } from '../../checkpoint/index';
import { LabError } from '../../error';
import { ModelSession } from '../../lab/index';
import type { Command } from '../arguments';
import { nodeDevice } from '../device';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { modelOf } from './model';

const likeliest = 5;

export async function logitsVerb(command: Command): Promise<Answer> {
  const model = await modelOf(command);
  const ids =
    givenIds(command.text('ids')) ?? model.tokenizer.encode(requiredText(command), { specialTokens: true }).ids;
  const session = await ModelSession.open(await nodeDevice(), model, { onProgress: progressLine() });
  const logits = await session.logits(ids);
  session.close();
  const rows = logits.length / ids.length;
  const out = command.text('out');
  if (out !== undefined) await writeLogits(out, ids, logits, rows);
  const last = logits.subarray(logits.length - rows);
  const best = [...last.keys()].sort((a, b) => last[b]! - last[a]!).slice(0, likeliest);
  const next = best.map((id) => ({
    id,
    text: model.tokenizer.hasId(id) ? model.tokenizer.tokenText(id) : '',
    logit: last[id]!,
  }));
  return {
    value: { ids: [...ids], shape: [ids.length, rows], ...(out === undefined ? {} : { out }), next },
    text: next.map(({ id, text, logit }) => `${logit.toFixed(4)}\t${id}\t${text}`).join('\n'),
  };
}

function requiredText(command: Command): string {
  const text = command.text('text');
  if (text !== undefined) return text;
  throw new LabError('headless/bad-arguments', '`logits` needs `--text TEXT` or `--ids 1,2,3`.');
}

function givenIds(list: string | undefined): Uint32Array | undefined {
  if (list === undefined) return undefined;
  const ids = list.split(',').map((part) => part.trim());
  const wrong = ids.find((id) => !/^\d{1,9}$/.test(id));
  if (wrong !== undefined) throw new LabError('headless/bad-arguments', `\`--ids\` has \`${wrong}\`, which is no id.`);
  return Uint32Array.from(ids, Number);
}

async function writeLogits(path: string, ids: Uint32Array, logits: Float32Array, rows: number): Promise<void> {
  const file = safetensorsFile([
    tensorOf('logits', 'F32', [ids.length, rows], logits),
    tensorOf('ids', 'I64', [ids.length], BigInt64Array.from(ids, BigInt)),
  ]);
  await pipeline(Readable.from(file.stream()), createWriteStream(path));
}

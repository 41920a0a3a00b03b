/** `logits`: the model's scores at every position, to a safetensors file or as a short summary. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { safetensorsFile, tensorOf } from '../../checkpoint/index';
import { LabError } from '../../error';
import { ModelSession, openTokenizer, type ModelWeights } from '../../lab/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { progressLine } from '../stdout';
import type { Answer } from '../answer';
import { modelOf, weightsOf } from './model';

const likeliest = 5;

export async function logitsVerb(command: Command): Promise<Answer> {
  const { model, tokenizer, ids } = await modelAndIds(command);
  const session = await ModelSession.open(await nodeEngine(command), model, { onProgress: progressLine() });
  const logits = await session.logits(ids);
  session.close();
  const rows = logits.length / ids.length;
  const out = command.text('out');
  if (out !== undefined) await writeLogits(out, ids, logits, rows);
  const last = logits.subarray(logits.length - rows);
  const best = [...last.keys()].sort((a, b) => last[b]! - last[a]!).slice(0, likeliest);
  const next = best.map((id) => ({
    id,
    text: tokenizer?.hasId(id) ? tokenizer.tokenText(id) : '',
    logit: last[id]!,
  }));
  return {
    value: { ids: [...ids], shape: [ids.length, rows], ...(out === undefined ? {} : { out }), next },
    text: next.map(({ id, text, logit }) => `${logit.toFixed(4)}\t${id}\t${text}`).join('\n'),
  };
}

function tokenizerIfAny({ checkpoint }: ModelWeights): Tokenizer | undefined {
  try {
    return openTokenizer(checkpoint);
  } catch (thrown) {
    if (thrown instanceof LabError) return undefined;
    throw thrown;
  }
}

/** Ids need no tokenizer: it only names the likeliest tokens, where there is one that can be read. */
async function modelAndIds(
  command: Command,
): Promise<{ readonly model: ModelWeights; readonly tokenizer: Tokenizer | undefined; readonly ids: Uint32Array }> {
  const given = givenIds(command.text('ids'));
  if (given) {
    const model = await weightsOf(command);
    return { model, tokenizer: tokenizerIfAny(model), ids: given };
  }
  const text = requiredText(command);
  const model = await modelOf(command);
  return { model, tokenizer: model.tokenizer, ids: model.tokenizer.encode(text, { specialTokens: true }).ids };
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

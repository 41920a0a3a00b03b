/** `inspect`: what a model is, and what training it would take on this machine's adapter, before anything is allocated. */
import { ggufTypes } from '../../checkpoint/index';
import type { DeviceReport } from '../../engine/index';
import { asLabError } from '../../error';
import {
  defaultTrainSettings,
  inspectModel,
  leastLimits,
  planTraining,
  type FittingPlan,
  type ModelInspection,
} from '../../lab/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { nodeDevice } from '../device';
import { noteLine } from '../notes';
import { loaded, modelSource } from './model';

const modes = ['new-rows', 'embeddings', 'all'] as const;

export async function inspectVerb(command: Command): Promise<Answer> {
  const source = await modelSource(command);
  const model = await loaded(source, () => undefined);
  const stored = await ggufTypes(source.tree);
  const adapter = await adapterOrReason();
  const report = 'limits' in adapter ? adapter : undefined;
  const isSoftware = report?.isFallback ?? false;
  const defaults = defaultTrainSettings(isSoftware);
  const settings = {
    ...defaults,
    batchRows: command.number('batch') ?? defaults.batchRows,
    rowLength: command.number('seq') ?? defaults.rowLength,
  };
  const newTokens = command.number('new-tokens')!;
  const limits = report?.limits ?? leastLimits;
  const plans = modes.map((mode) => planTraining(model, newTokens, mode, settings, limits, isSoftware));
  const inspection = inspectModel(model);
  const { batchRows, rowLength } = settings;
  const memory = {
    adapter: report
      ? { description: describe(report), isSoftware, largestBindingBytes: report.limits.maxBindingBytes }
      : null,
    ...('reason' in adapter ? { reason: adapter.reason } : {}),
    newTokens,
    batchRows,
    rowLength,
    plans,
  };
  return {
    value: { ...inspection, ...(stored ? { stored } : {}), memory },
    text: [...modelLines(inspection, stored), ...planLines(memory)].join('\n'),
  };
}

/** Where there is no adapter, plans are made for the least that any one grants. */
async function adapterOrReason(): Promise<DeviceReport | { readonly reason: string }> {
  try {
    return (await nodeDevice()).report;
  } catch (thrown) {
    const { code, message } = asLabError(thrown);
    if (code !== 'engine/no-adapter') throw thrown;
    return { reason: message };
  }
}

const describe = ({ description, vendor, architecture }: DeviceReport): string =>
  description || `${vendor} ${architecture}`.trim();

const count = (value: number): string => value.toLocaleString('en-US');

function modelLines(model: ModelInspection, stored: Awaited<ReturnType<typeof ggufTypes>>): string[] {
  const { rows } = model;
  const types = (list: readonly { dtype: string; tensors: number; bytes: number }[]): string =>
    list.map(({ dtype, tensors, bytes }) => `${dtype} ${megabytes(bytes)} in ${tensors}`).join(', ');
  return [
    `${model.name}: ${model.architecture}, ${count(model.parameters)} parameters, licence ${model.licence ?? 'not stated'}`,
    `layers ${model.layers}, hidden ${model.hiddenSize}, feed-forward ${model.intermediateSize}, heads ${model.heads}/${model.kvHeads} of ${model.headSize}, context ${model.contextLength}`,
    ...(stored ? [`in the file: ${types(stored)} tensors`] : []),
    `as read: ${types(model.dtypes)} tensors; input and output vocabulary ${model.tied ? 'tied' : 'untied'}`,
    `vocab_size ${count(rows.vocabSize)}, len(tokenizer) ${count(rows.tokenizerLength)}, largest id + 1 ${count(rows.idsEnd)}, embedding rows ${count(rows.embeddingRows)} (${count(rows.spareRows)} spare)`,
    `tokenizer ${model.tokenizer.family}${model.tokenizer.extendable ? '' : ', measured only'}`,
    ...model.notes.map((note) => `note: ${noteLine(note)}`),
  ];
}

interface Memory {
  readonly adapter: { readonly description: string } | null;
  readonly newTokens: number;
  readonly batchRows: number;
  readonly rowLength: number;
  readonly plans: readonly FittingPlan[];
}

function planLines({ adapter, newTokens, batchRows, rowLength, plans }: Memory): string[] {
  const where = adapter ? `on ${adapter.description}` : 'on the least that any adapter grants (none was found here)';
  return [
    `training ${newTokens} new tokens, ${batchRows} rows of ${rowLength} tokens a step, ${where}:`,
    ...plans.map(({ mode, totalBytes, bytes, fits, problems }) => {
      const parts = Object.entries(bytes).map(([kind, size]) => `${kind} ${megabytes(size)}`);
      const verdict = fits ? 'fits' : `does not fit: ${problems[0]?.message ?? ''}`;
      return `  ${mode.padEnd(10)} ${megabytes(totalBytes)} (${parts.join(', ')}), ${verdict}`;
    }),
  ];
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

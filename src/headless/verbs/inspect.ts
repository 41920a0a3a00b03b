/** `inspect`: what a model is, and what training it would take on this machine, before anything is allocated. */
import { ggufTypes } from '../../checkpoint/index';
import type { EngineReport } from '../../engine/index';
import {
  cutWords,
  droppedWords,
  inspectModel,
  planModes,
  shapeFor,
  type FittingPlan,
  type FrozenWeights,
  type ModelInspection,
} from '../../lab/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { noteLine } from '../notes';
import { loaded, modelSource } from './model';

export async function inspectVerb(command: Command): Promise<Answer> {
  const source = await modelSource(command);
  const model = await loaded(source, () => undefined);
  const stored = await ggufTypes(source.tree);
  const engine = await nodeEngine(command);
  const defaults = shapeFor(engine.report.kind, model.summary);
  const settings = {
    batchRows: command.number('batch') ?? defaults.batchRows,
    rowLength: command.number('seq') ?? defaults.rowLength,
    ...(command.isSet('frozen-weights') ? { frozen: command.text('frozen-weights') as FrozenWeights } : {}),
  };
  const newTokens = command.number('new-tokens')!;
  const plans = await planModes(model, newTokens, settings, engine);
  const inspection = inspectModel(model);
  const { batchRows, rowLength } = settings;
  const memory = {
    engine: engine.report,
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

export interface PlannedMemory {
  readonly engine: EngineReport;
  readonly newTokens: number;
  readonly batchRows: number;
  readonly rowLength: number;
  readonly plans: readonly FittingPlan[];
}

export function planLines({ engine, newTokens, batchRows, rowLength, plans }: PlannedMemory): string[] {
  const where =
    engine.threads === undefined ? `on ${engine.description}` : `on the processor, ${engine.threads} threads`;
  const dropped = droppedWords(engine);
  return [
    ...(dropped ? [dropped] : []),
    `training ${newTokens} new tokens, ${batchRows} rows of ${rowLength} tokens a step, ${where}:`,
    ...plans.map(({ mode, totalBytes, bytes, cut, fits, problems, frozen }) => {
      const gaveWay = cut ? cutWords(cut) : '';
      const parts = Object.entries(bytes).map(([kind, size]) => `${kind} ${megabytes(size)}`);
      const verdict = `${fits ? 'fits' : `does not fit: ${problems[0]?.message ?? ''}`}${gaveWay ? `, with ${gaveWay}` : ''}`;
      const held = frozen ? `; ${frozenText(frozen)}` : '';
      return `  ${mode.padEnd(10)} ${megabytes(totalBytes)} (${parts.join(', ')}), ${verdict}${held}`;
    }),
  ];
}

function frozenText({ held, rounded, asStored, widened }: NonNullable<FittingPlan['frozen']>): string {
  if (rounded + asStored === 0) return 'no matrix is frozen';
  const kept = asStored > 0 ? `, ${asStored} as stored` : '';
  return `${rounded} frozen matrices rounded to ${held}${kept}${widened && rounded > 0 ? ', held as f32 by the processor' : ''}`;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

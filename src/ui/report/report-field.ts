/** Evidence from the field in a report: every arm's shares, differences to the control, and the first samples with what the parser says. */
import { msg, str } from '@lit/localize';
import type { Drawing, FieldReport, FieldSample, KeptExperiment, Share } from '../../worker/index';
import { fixed } from '../format';
import { armName } from '../wording/arms';
import {
  notationName,
  pointsText,
  readerText,
  samplingText,
  shareInterval,
  shareNote,
  shareText,
  shownSamples,
} from '../wording/field';
import type { Picture, ReportBlock } from './report-block';

/** Of the first samples of each arm; null where there is no picture. */
export type DrawnSamples = readonly (readonly (Drawing | null)[])[];

/** @param drawn absent: not drawn yet. */
export function fieldBlocks({ report }: Pick<KeptExperiment, 'report'>, drawn: DrawnSamples = []): ReportBlock[] {
  const { field } = report;
  if (!field) return [];
  const cell = (share: Share) => `${shareText(share)} (${shareInterval(share)})`;
  return [
    { kind: 'heading', text: msg(str`Samples: ${notationName(field.notation)}`) },
    {
      kind: 'table',
      columns: [msg('Arm'), msg('Seed'), msg('Valid'), msg('Unique'), msg('New'), msg('Bytes'), msg('Tokens')],
      rows: field.arms.map(({ arm, seed, valid, unique, isNew, bytesEach, tokensEach }) => [
        ...[armName(arm), String(seed), cell(valid), cell(unique), cell(isNew)],
        ...[fixed(bytesEach, 0), fixed(tokensEach, 0)],
      ]),
    },
    { kind: 'text', text: `${samplingText(field)}. ${shareNote()} ${readerText(field.notation)}` },
    ...(field.differences.length > 0 ? [differences(field)] : []),
    { kind: 'table', columns: [msg('Arm'), msg('Sample'), msg('The parser says')], rows: field.arms.flatMap(firstOf) },
    ...pictures(field, drawn),
  ];
}

function pictures({ arms }: FieldReport, drawn: DrawnSamples): ReportBlock[] {
  const all = arms.flatMap(({ arm, seed, samples }, ofArm) =>
    samples.slice(0, shownSamples).flatMap(({ text }, at): Picture[] => {
      const drawing = drawn[ofArm]?.[at];
      if (!drawing) return [];
      return [{ name: `sample-${ofArm + 1}-${at + 1}`, caption: `${armName(arm)}, ${seed}`, text, drawing }];
    }),
  );
  return all.length > 0 ? [{ kind: 'pictures', pictures: all }] : [];
}

function differences({ differences: all }: FieldReport): ReportBlock {
  return {
    kind: 'list',
    items: all.map(({ arm, against, seed, valid, unique, isNew }) =>
      msg(
        str`${armName(arm)} − ${armName(against)}, seed ${seed}: valid ${pointsText(valid)}, unique ${pointsText(unique)}, new ${pointsText(isNew)}.`,
      ),
    ),
  };
}

const firstOf = ({ arm, samples }: FieldReport['arms'][number]): string[][] =>
  samples
    .slice(0, shownSamples)
    .map((sample) => [armName(arm), sample.text + (sample.isCut ? '…' : ''), saidOf(sample)]);

const saidOf = ({ why, isKnown }: FieldSample): string =>
  why ?? (isKnown ? msg('valid, in the training text') : msg('valid, new'));

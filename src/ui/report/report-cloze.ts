/** Questions from the text in a report: what share every arm has right, differences to the control, and the first questions. */
import { msg, str } from '@lit/localize';
import type { ClozeQuestion, ClozeReport, KeptExperiment } from '../../worker/index';
import { armName } from '../wording/arms';
import { askedText, clozeNote } from '../wording/cloze';
import { pointsText, shareInterval, shareText } from '../wording/field';
import type { ReportBlock } from './report-block';

export function clozeBlocks({ report }: Pick<KeptExperiment, 'report'>): ReportBlock[] {
  const { cloze } = report;
  if (!cloze) return [];
  return [
    { kind: 'heading', text: msg('Questions from the text') },
    {
      kind: 'table',
      columns: [msg('Arm'), msg('Seed'), msg('Right')],
      rows: cloze.arms.map(({ arm, seed, right }) => [
        ...[armName(arm), String(seed)],
        `${shareText(right)} (${shareInterval(right)})`,
      ]),
    },
    { kind: 'text', text: `${askedText(cloze)} ${clozeNote()}` },
    ...(cloze.differences.length > 0 ? [differences(cloze)] : []),
    {
      kind: 'table',
      columns: [msg('Passage'), msg('Left out'), msg('Arm'), msg('Chosen')],
      rows: cloze.shown.flatMap((question, at) =>
        cloze.arms.map(({ arm, seed, chosen }) => [
          ...[`${question.before}____${question.after}`, question.choices[question.right]!],
          ...[`${armName(arm)}, ${seed}`, chosenText(question, chosen[at]!)],
        ]),
      ),
    },
  ];
}

function differences({ differences: all }: ClozeReport): ReportBlock {
  return {
    kind: 'list',
    items: all.map(({ arm, against, seed, right }) =>
      msg(str`${armName(arm)} − ${armName(against)}, seed ${seed}: right ${pointsText(right)}.`),
    ),
  };
}

const chosenText = ({ choices, right }: ClozeQuestion, chosen: number | null): string =>
  chosen === null ? msg('two alike') : chosen === right ? choices[chosen]! : msg(str`${choices[chosen]!}, wrong`);

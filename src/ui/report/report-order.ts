/** How early the order of the arms was known, in the report: where a race may be stopped. */
import { msg } from '@lit/localize';
import type { KeptExperiment } from '../../worker/index';
import { count, fixed, plain, fileSize } from '../format';
import type { ReportBlock } from './report-block';

export function orderBlocks({ report: { order } }: Pick<KeptExperiment, 'report'>): ReportBlock[] {
  if (order.length === 0) return [];
  return [
    { kind: 'heading', text: msg('How early was the order known?') },
    {
      kind: 'table',
      columns: [
        msg('Text read'),
        msg('Rank correlation with the end'),
        msg('Best until then'),
        msg('Its rank at the end'),
      ],
      rows: order.map(({ bytes, correlation, best, bestRanksAtEnd }) => [
        plain(fileSize(bytes)),
        fixed(correlation, 2),
        best,
        Number.isInteger(bestRanksAtEnd) ? count(bestRanksAtEnd) : fixed(bestRanksAtEnd, 1),
      ]),
    },
    {
      kind: 'text',
      text: msg(
        'Arms with a vocabulary of their own, by the held-out text that runs are watched by; Spearman’s correlation. Rates fall towards the end of a run, so that a short run of its own may know more than the same point of a long one.',
      ),
    },
  ];
}

/** What every trained arm costs, beside its bits: time, tokens, computation, parameters, and what it leaves of the context. */
import { msg, str } from '@lit/localize';
import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ReportedArm } from '../../worker/index';
import { LabElement } from '../element';
import { count, duration, fixed, parameterCount, plain } from '../format';
import { panel, type Content } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { valueOf } from '../state/slot';
import { meanOf } from '../pages/overlay';

interface Measure {
  readonly name: string;
  readonly note?: string;
  /** Null where it is not known. */
  value(run: ReportedArm): number | null;
  shown(value: number): Content;
}

@customElement('tg-costs')
export class Costs extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab'];

  override render() {
    const { report } = this.lab.experiment ?? {};
    const trained = report?.arms.filter(({ steps }) => steps > 0) ?? [];
    const arms = [...new Set(trained.map(({ arm }) => arm))];
    const mine = (arm: string) => (arm === report?.verdict?.arm ? 'mine' : '');
    const mean = (arm: string, { value, shown }: Measure) => {
      const found = meanOf(trained.filter((run) => run.arm === arm).map(value));
      return found === null ? '–' : shown(found);
    };
    return panel({
      heading: msg('What it costs'),
      name: 'costs',
      note: msg('beside the bits; means of the seeds'),
      fill: 'flush',
      body: html`<table class="arms-table">
        <thead>
          <tr>
            <td></td>
            ${arms.map((arm) => html`<th class="r ${mine(arm)}" scope="col">${arm}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.measures.map(
            (measure) =>
              html`<tr>
                <th scope="row">
                  ${measure.name} ${measure.note ? html`<span class="note">${measure.note}</span>` : ''}
                </th>
                ${arms.map((arm) => html`<td class="num ${mine(arm)}" data-label=${arm}>${mean(arm, measure)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>`,
    });
  }

  private get measures(): Measure[] {
    const model = valueOf(this.lab.slots.model);
    const context = model?.contextLength ?? 0;
    const sides = model?.tied ? 1 : 2;
    return [
      {
        name: msg('Time for 1 MB of text'),
        value: ({ secondsPerMegabyte }) => secondsPerMegabyte,
        shown: (seconds) => duration(1000 * seconds),
      },
      { name: msg('Tokens read'), value: ({ tokens }) => tokens, shown: count },
      {
        name: msg('Computed'),
        note: 'TFLOP',
        value: ({ flops }) => flops,
        shown: (flops) => fixed(flops / 1e12, flops < 1e13 ? 2 : 0),
      },
      ...(model
        ? [
            {
              name: msg('New parameters'),
              value: ({ newTokens }: ReportedArm) => newTokens * model.hiddenSize * sides,
              shown: (amount: number) => plain(parameterCount(amount)),
            },
          ]
        : []),
      ...(context > 0
        ? [
            {
              name: msg(str`Text in a context of ${count(context)} tokens`),
              note: msg('bytes'),
              value: ({ bytesPerToken }: ReportedArm) => context * bytesPerToken,
              shown: count,
            },
          ]
        : []),
      {
        name: msg('General text'),
        note: msg('bits per byte'),
        value: ({ general }) => general.bitsPerByte,
        shown: (bits) => fixed(bits, 3),
      },
    ];
  }
}

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
import { armName } from '../wording/arms';

interface Measure {
  readonly name: string;
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
    const { measures } = this;
    const mean = (arm: string, { value, shown }: Measure) => {
      const found = meanOf(trained.filter((run) => run.arm === arm).map(value));
      return found === null ? '–' : shown(found);
    };
    return panel({
      heading: msg('What it costs'),
      name: 'costs',
      note: msg('beside the bits; means of the seeds'),
      fill: 'flush',
      body: html`<table class="arms-table long">
        <thead>
          <tr>
            <th>${msg('Arm')}</th>
            ${measures.map(({ name }) => html`<th class="r">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${arms.map(
            (arm) =>
              html`<tr class=${arm === report?.verdict?.arm ? 'mine' : ''}>
                <td>${armName(arm)}</td>
                ${measures.map((measure) => html`<td class="num" data-label=${measure.name}>${mean(arm, measure)}</td>`)}
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
    const replaces = (arm: string) => this.lab.experiment?.spec.arms[arm]?.vocabulary?.room === 'replace';
    return [
      {
        name: msg('Time for 1 MB of text'),
        value: ({ secondsPerMegabyte }) => secondsPerMegabyte,
        shown: (seconds) => duration(1000 * seconds),
      },
      { name: msg('Tokens read'), value: ({ tokens }) => tokens, shown: count },
      {
        name: msg('TFLOP computed'),
        value: ({ flops }) => flops,
        shown: (flops) => fixed(flops / 1e12, flops < 1e13 ? 2 : 0),
      },
      ...(model
        ? [
            {
              name: msg('New parameters'),
              value: ({ arm, newTokens }: ReportedArm) => (replaces(arm) ? 0 : newTokens * model.hiddenSize * sides),
              shown: (amount: number) => plain(parameterCount(amount)),
            },
          ]
        : []),
      ...(context > 0
        ? [
            {
              name: msg(str`Bytes in ${count(context)} tokens of context`),
              value: ({ bytesPerToken }: ReportedArm) => context * bytesPerToken,
              shown: count,
            },
          ]
        : []),
      {
        name: msg('General text'),
        value: ({ general }) => general.bitsPerByte,
        shown: (bits) => fixed(bits, 3),
      },
    ];
  }
}

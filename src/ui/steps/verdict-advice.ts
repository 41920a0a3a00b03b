/** What would tell more, or what to do with the answer: each line with what it takes and the one key that does it. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Advice, ExperimentReport, WrittenSpec } from '../../worker/index';
import { LabElement } from '../element';
import { duration, fileSize, joinSentences, plain } from '../format';
import { panel } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { goTo } from '../state/route';
import { valueOf } from '../state/slot';
import { secondsASeed, withControl, withMoreBudget, withMoreSeeds, withMoreText } from '../state/spec-changes';
import { adviceText, expectedText, moreSeeds, moreText } from '../wording/experiment';
import { fallsStill, isFed, seenText, slopeText } from '../wording/lengths';

@customElement('tg-advice')
export class AdviceElement extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab'];

  override render() {
    const view = this.lab.experiment;
    const report = view?.report;
    // What to take is said once all runs are done.
    const isTaking = ({ kind }: Advice) => kind === 'take' || kind === 'for-answers';
    const advice = report?.verdict?.advice.filter((each) => !isTaking(each) || !report.verdict!.provisional) ?? [];
    if (!view || !report || advice.length === 0) return nothing;
    return panel({
      heading: msg('What next'),
      name: 'advice',
      body: html`<ul class="advice">
        ${advice.map((each) => this.lines(each, report, view.spec))}${this.longer(report, view.spec)}
      </ul>`,
    });
  }

  private lines(advice: Advice, report: ExperimentReport, spec: WrittenSpec) {
    switch (advice.kind) {
      case 'take':
      case 'for-answers':
        return line(adviceText(advice), '', link('download', msg('Download it')));
      case 'adapt-without-expanding':
        return line(
          adviceText(advice),
          '',
          this.key(msg('Adapt without expanding'), 'adapt-only', () => {
            this.lab.desk.choose('adapt-only');
            goTo('train');
          }),
        );
      case 'tell-apart':
        return this.tellApart(advice, report, spec);
      case 'more-documents':
        return line(adviceText(advice), '', link('corpus', msg('Add text')));
      case 'lost-text':
        return line(adviceText(advice), '', link('diagnose', msg('See which text')));
      case 'add-control': {
        const next = withControl(spec, report.verdict!.arm);
        return line(adviceText(advice), '', next ? this.run(next, msg('Run the control'), 'add-control') : nothing);
      }
      case 'finish':
        return line(adviceText(advice), '', this.run(spec, msg('Go on'), 'finish'));
    }
  }

  /** Whether twice the text would help the arm that the verdict speaks of; nothing where its curve is level and its tokens are fed. */
  private longer({ lengths, ...report }: ExperimentReport, spec: WrittenSpec) {
    const verdict = report.verdict!;
    const found = lengths.find(({ arm }) => arm === verdict.arm);
    if (!found || verdict.provisional) return nothing;
    const { slope, exposure } = found;
    const said = [
      slope && fallsStill(slope) ? slopeText(slope) : '',
      exposure && !isFed(exposure) ? seenText(exposure) : '',
    ];
    if (said.every((text) => text === '')) return nothing;
    const next = withMoreBudget(spec, 2);
    const takes = this.takes(next, report, 2);
    const label =
      next.budget.bytes === undefined ? msg('Run it') : msg(str`Run with ${plain(fileSize(next.budget.bytes))}`);
    return line(msg('Twice the text'), joinSentences(...said, takes), this.run(next, label, 'longer'));
  }

  /** By what this machine does now, as Train says it; else by what the report's runs took to train so many times their text. */
  private takes(spec: WrittenSpec, report: Pick<ExperimentReport, 'arms'>, times: number): string {
    const aSeed = secondsASeed(report);
    const measured = aSeed === null ? null : times * aSeed * spec.seeds.length;
    const seconds = this.lab.desk.plannedSeconds(spec) ?? measured;
    return seconds === null ? '' : msg(str`Takes about ${duration(1000 * seconds)} here.`);
  }

  /** A line for either lever; what cannot help here is left out. */
  private tellApart(
    { seeds, seedsKnown, heldOutText }: Extract<Advice, { kind: 'tell-apart' }>,
    report: ExperimentReport,
    spec: WrittenSpec,
  ) {
    const lines: TemplateResult[] = [];
    // How much chance there is between seeds is not known from one of them: two more show it.
    const amount = seeds?.amount ?? (spec.seeds.length === 1 ? 2 : 0);
    const seeded = withMoreSeeds(spec, amount);
    if (seeded) {
      // What is finished is not trained again.
      const added = { ...seeded, seeds: seeded.seeds.slice(spec.seeds.length) };
      const more = added.seeds.length;
      const expected = seeds ? expectedText(seeds) : msg('They show how much chance there is between trainings.');
      lines.push(
        line(
          moreSeeds(more),
          `${expected} ${this.takes(added, report, 1)}`,
          this.run(seeded, msg('Run them'), 'more-seeds'),
        ),
      );
    }
    const scored = report.arms[0]?.heldOut.bytes ?? 0;
    const heldOut = valueOf(this.lab.slots.corpus)?.heldOutBytes ?? 0;
    const texted = heldOutText && withMoreText(spec, heldOutText.amount, { scored, heldOut });
    if (texted) {
      const note = `${expectedText(heldOutText)} ${this.takes(texted, report, 1)}`;
      lines.push(line(moreText(heldOutText.amount), note, this.run(texted, msg('Run again'), 'more-text')));
    } else if (heldOutText) {
      lines.push(
        line(moreText(heldOutText.amount), msg('More than is held out here.'), link('corpus', msg('Add text'))),
      );
    }
    return lines.length > 0
      ? lines
      : line(adviceText({ kind: 'tell-apart', seeds, seedsKnown, heldOutText }), '', nothing);
  }

  private key(label: string, action: string, act: () => void) {
    if (this.lab.isTraining) return nothing;
    return html`<button type="button" class="btn small" data-action=${action} @click=${act}>${label}</button>`;
  }

  private run(spec: WrittenSpec, label: string, action: string) {
    return this.key(label, action, () => {
      goTo('train');
      void this.lab.desk.run(spec);
    });
  }
}

const link = (step: string, label: string) => html`<a class="btn small" href="#${step}">${label}</a>`;

const line = (what: string, note: string, key: TemplateResult | typeof nothing) =>
  html`<li>
    <span><b>${what}</b>${note ? html`<span class="note">${note}</span>` : nothing}</span>${key}
  </li>`;

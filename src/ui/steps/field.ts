/** Evidence from the field: samples of the arm that is held, of its control and of the untouched base, read and drawn. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { FieldArm, FieldReport, FieldSample, NotationName, ReadSample } from '../../worker/index';
import { LabElement } from '../element';
import { fixed } from '../format';
import { drawing } from '../parts/drawing';
import { emptyState, failureAlert, loadingPanel, panel } from '../parts/panel';
import { shareBar } from '../parts/share-bar';
import { errorOf, valueOf } from '../state/slot';
import { armName } from '../wording/arms';
import {
  notationName,
  notationNames,
  pointsText,
  readerText,
  samplingText,
  shareNote,
  shareText,
  shownSamples,
} from '../wording/field';
import '../styles/field.css';
import { bareCause } from '../wording/said';

@customElement('tg-field')
export class FieldView extends LabElement {
  @state() private temperature = 1;
  @state() private samples = 64;
  /** Null: told from the text. */
  @state() private notation: NotationName | null = null;
  private drawn = new Map<FieldReport, Map<FieldArm, readonly ReadSample[] | null>>();

  /** Of the arm that is held: what was sampled with its seed. */
  private get report(): FieldReport | null {
    const { view, taken } = this.lab.desk;
    const field = view?.report?.field;
    return field && field.arms.some(({ arm, seed }) => arm === taken?.arm && seed === taken.seed) ? field : null;
  }

  override render() {
    const slot = this.lab.slots.field;
    if (slot.status === 'pending') {
      return loadingPanel(msg('Samples of each'), slot.progress, 4, () => this.lab.cancel('field'));
    }
    const failed = errorOf(slot);
    const { report } = this;
    return html`${failed ? failureAlert(failed) : nothing}${report ? this.measured(report) : this.nothingYet()}`;
  }

  private nothingYet() {
    return panel({
      heading: msg('Samples, read by a parser'),
      name: 'field',
      body: html`${emptyState(
        msg('Not sampled yet.'),
        msg(
          'Of molecules, chess games, LaTeX, proteins and nucleotides: what share is valid, unique and new, of this arm, its control and the untouched base.',
        ),
        this.controls(msg('Sample')),
      )}`,
    });
  }

  private controls(label: string) {
    const field = (name: string, value: number, set: (value: number) => void, most: number, step: string) =>
      html`<label class="field small"
        ><span class="note">${name}</span
        ><input
          class="r"
          type="number"
          min=${step === '1' ? 1 : 0}
          max=${most}
          step=${step}
          .value=${String(value)}
          @change=${({ target }: Event) => {
            const input = target as HTMLInputElement;
            if (input.value !== '' && input.checkValidity()) set(Number(input.value));
            else input.value = String(value);
          }}
      /></label>`;
    return html`<span class="field-controls"
      >${field(msg('Samples of each'), this.samples, (samples) => (this.samples = samples), 1000, '1')}
      <label class="field small"
        ><span class="note">${msg('Read as')}</span
        ><select data-setting="notation" @change=${this.chooseNotation}>
          <option value="" ?selected=${this.notation === null}>${msg('what the text is')}</option>
          ${notationNames.map(
            (name) => html`<option value=${name} ?selected=${this.notation === name}>${notationName(name)}</option>`,
          )}
        </select></label
      >
      ${field(msg('Temperature'), this.temperature, (temperature) => (this.temperature = temperature), 100, 'any')}
      <button type="button" class="btn" data-action="sample-field" @click=${() => void this.sample()}>
        ${label}
      </button></span
    >`;
  }

  private readonly chooseNotation = ({ target }: Event) => {
    const { value } = target as HTMLSelectElement;
    this.notation = notationNames.find((name) => name === value) ?? null;
  };

  private sample(): Promise<void> {
    const { samples, temperature, notation } = this;
    return this.lab.evidence.sampleField({ samples, temperature, ...(notation ? { notation } : {}) });
  }

  private measured(report: FieldReport) {
    const { taken } = this.lab.desk;
    const heldOut = valueOf(this.lab.slots.field)?.heldOut;
    const base = new Set(
      Object.entries(this.lab.desk.view?.spec.arms ?? {}).flatMap(([name, { stages = [] }]) =>
        stages.length === 0 ? [name] : [],
      ),
    );
    const arms = report.arms.filter(({ arm, seed }) => seed === taken?.seed || base.has(arm));
    const difference = report.differences.find(({ arm, seed }) => arm === taken?.arm && seed === taken.seed);
    return panel({
      heading: notationName(report.notation),
      name: 'field',
      note: samplingText(report),
      end: this.controls(msg('Sample again')),
      fill: 'bare',
      body: html`<div class="field-arms">${arms.map((arm) => this.arm(report, arm))}</div>`,
      footer: html`<span class="note"
        >${difference ? html`${msg(str`${armName(difference.arm)} − ${armName(difference.against)}: valid ${pointsText(difference.valid)}, unique ${pointsText(difference.unique)}, new ${pointsText(difference.isNew)}.`)} ` : nothing}${heldOut ? html`${msg(str`Of the held-out text itself ${shareText(heldOut)} is valid.`)} ` : nothing}${shareNote()}
        ${readerText(report.notation)}</span
      >`,
    });
  }

  private arm(report: FieldReport, arm: FieldArm) {
    const { valid, unique, isNew, bytesEach, tokensEach, samples } = arm;
    const pictures = this.picturesOf(report, arm);
    return html`<div data-field-arm=${arm.arm}>
      <h3>${armName(arm.arm)}</h3>
      ${shareBar(msg('valid'), valid)} ${shareBar(msg('unique', { id: 'share-unique' }), unique)}
      ${shareBar(msg('new', { id: 'share-new' }), isNew)}
      <div class="field-samples">
        ${samples.slice(0, shownSamples).map((sample, at) => card(sample, pictures?.[at] ?? null))}
      </div>
      <p class="note">${msg(str`${fixed(bytesEach, 0)} bytes a sample, ${fixed(tokensEach, 0)} tokens`)}</p>
    </div>`;
  }

  /** Asked for once; drawn when they come. */
  private picturesOf(report: FieldReport, arm: FieldArm): readonly ReadSample[] | null {
    const known = this.drawn.get(report) ?? new Map<FieldArm, readonly ReadSample[] | null>();
    this.drawn.set(report, known);
    if (known.has(arm)) return known.get(arm)!;
    known.set(arm, null);
    void this.lab.lab.readSamples(arm.samples.slice(0, shownSamples), report.notation).then(
      (read) => {
        known.set(arm, read);
        this.requestUpdate();
      },
      // A sample without its picture is shown as text.
      () => undefined,
    );
    return null;
  }
}

function card({ text, why, isCut }: FieldSample, read: ReadSample | null) {
  return html`<div class="field-sample ${why === null ? '' : 'refused'}">
    ${read?.drawing ? drawing(read.drawing, text) : nothing}
    <code translate="no">${text}${isCut ? '…' : ''}</code>
    ${why === null ? nothing : html`<span class="st bad">${bareCause(why)}</span>`}
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-field': FieldView;
  }
}

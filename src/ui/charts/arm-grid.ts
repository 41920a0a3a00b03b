/** Every training of an experiment: arms are rows, seeds are cells, and a cell says how far it is or what it found. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { PageElement } from '../element';
import { fixed, percent } from '../format';
import type { Content } from '../parts/panel';
import { armGlyph, type Look } from './arm-look';
import { bits } from './curves-drawing';

export type ArmCell =
  | { readonly state: 'waiting'; readonly bitsPerByte?: number | null }
  | { readonly state: 'running' | 'paused'; readonly share: number }
  | { readonly state: 'done' | 'diverged'; readonly bitsPerByte: number | null };

export interface ArmGridRow {
  readonly key: string;
  readonly name: string;
  readonly note?: string;
  readonly look: Look;
  /** A cell a seed; or one for all of them, of an arm that knows no seeds. */
  readonly cells: readonly ArmCell[] | ArmCell;
  readonly bytesPerToken?: number | null;
  /** How long a seed takes, in words. */
  readonly takes?: Content;
}

/** More seeds than this fold into several lines of cells that carry their seed. */
const MOST_COLUMNS = 6;

@customElement('tg-arm-grid')
export class ArmGrid extends PageElement {
  @property({ attribute: false }) rows: readonly ArmGridRow[] = [];
  @property({ attribute: false }) seeds: readonly number[] = [];

  override render() {
    const folds = this.seeds.length > MOST_COLUMNS;
    const columns = styleMap({ '--seeds': String(Math.min(this.seeds.length, folds ? 5 : MOST_COLUMNS) || 1) });
    return html`<div class="arms" role="table" aria-label=${msg('Trainings: arms and seeds')} style=${columns}>
      <div class="arms-head" role="row">
        <span role="columnheader">${msg('Arm')}</span>
        ${
          folds
            ? html`<span class="seeds" role="columnheader">${msg('Seeds')}</span>`
            : html`<span class="seeds" role="presentation"
                >${this.seeds.map((seed) => html`<span role="columnheader">${msg(str`Seed ${seed}`)}</span>`)}</span
              >`
        }
        <span class="r" role="columnheader">${msg('Bytes a token')}</span>
        <span class="r" role="columnheader">${msg('Takes')}</span>
      </div>
      ${this.rows.map((row) => this.row(row, folds))}
    </div>`;
  }

  private row({ key, name, note, look, cells, bytesPerToken, takes }: ArmGridRow, folds: boolean) {
    return html`<div class="arms-row" role="row" data-arm=${key}>
      <span class="armname" role="rowheader"
        >${armGlyph(look)}<b>${name}</b>${note ? html`<span class="note">${note}</span>` : nothing}</span
      >
      <span class="seeds" role="presentation"
        >${
          'state' in cells
            ? cell(cells, true, this.seeds.length)
            : cells.map((each, index) => cell(each, false, 1, this.seeds[index], folds))
        }</span
      >
      <span class="note r" role="cell"
        >${bytesPerToken === null || bytesPerToken === undefined ? '–' : fixed(bytesPerToken, 2)}
        <span class="ph">${msg('bytes a token')}</span></span
      >
      <span class="note r takes" role="cell">${takes ?? '–'}</span>
    </div>`;
  }
}

const CLASSES = { waiting: 'wait', running: 'now', paused: 'held', done: 'done', diverged: 'bad' } as const;

function cell(value: ArmCell, isWhole: boolean, span: number, seed?: number, showsSeed = false) {
  const [word, reading] = said(value, isWhole);
  const width =
    value.state === 'running' ? styleMap({ '--w': `${Math.min(100, Math.max(0, value.share * 100))}%` }) : nothing;
  return html`<span
    class="cell ${CLASSES[value.state]} ${isWhole ? 'all' : ''}"
    role="cell"
    aria-colspan=${span > 1 ? span : nothing}
    data-state=${value.state}
    style=${width}
    >${
      seed === undefined
        ? nothing
        : showsSeed
          ? html`<i>${seed}</i>`
          : html`<span class="sr">${msg(str`Seed ${seed}`)}</span>`
    }<span class="word">${word}</span>${reading ? html`<b>${reading}</b>` : nothing}</span
  >`;
}

function said(value: ArmCell, isWhole: boolean): [word: string, reading: string] {
  switch (value.state) {
    case 'waiting':
      return [
        isWhole ? msg('measured once, the same for every seed') : msg('waiting'),
        typeof value.bitsPerByte === 'number' ? reading(value.bitsPerByte) : '',
      ];
    case 'running':
      return [isWhole ? msg('being measured') : msg('running'), percent(Math.floor(value.share * 100) / 100, 0)];
    case 'paused':
      return [msg('held at'), percent(Math.floor(value.share * 100) / 100, 0)];
    case 'done':
      return [isWhole ? msg('measured, the same for every seed') : msg('done'), reading(value.bitsPerByte)];
    case 'diverged':
      return [msg('diverged'), reading(value.bitsPerByte)];
  }
}

const reading = (value: number | null) => (value === null || !Number.isFinite(value) ? '–' : bits(value));

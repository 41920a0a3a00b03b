/**
 * The candidates: thousands of rows, of which only those that are seen are drawn. Accept, turn down, add by hand, search,
 * sort, take over a list or save one; a slider for the size. Every change is counted at once.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { LearnWay, VocabularyChoice } from '../../worker/index';
import { exposureFloor } from '../../exposureFloor';
import { LabElement } from '../element';
import { count, percent } from '../format';
import { icon } from '../parts/icons';
import { failureAlert, panel, segmented } from '../parts/panel';
import { piece, pieces } from '../parts/pieces';
import { RowTable, sortHead } from '../parts/row-table';
import { valueOf } from '../state/slot';
import { flag, flagWord, methodNote } from '../wording/candidates';
import { grammarName, GRAMMARS } from '../wording/signals';
import './learn-rules';
import { sortField } from './candidate-sorting';
import {
  candidateRows,
  choiceOfList,
  listText,
  listTexts,
  shownRows,
  tokenRows,
  type CandidateRow,
  type Show,
  type SortKey,
} from './candidate-rows';

const GOOD = 1000; // exposure that counts as good; the tick of the bar stands here
const FULL = 6; // the bar is full here: 1 to a million on a log scale puts the tick at half

@customElement('tg-candidates')
export class Candidates extends LabElement {
  @state() private search = '';
  @state() private sort: SortKey = 'occurrences';
  @state() private show: Show = 'all';
  @state() private selected: string | null = null;
  @state() private byHand = '';
  private readonly rowTable = new RowTable(this);
  private rowsOf: { readonly from: unknown; readonly counts: unknown; readonly rows: readonly CandidateRow[] } | null =
    null;

  private get isLocked(): boolean {
    return this.lab.isTraining || this.lab.slots.candidates.status !== 'ready';
  }

  private get rows(): readonly CandidateRow[] {
    const { counts } = this.lab.editor;
    const candidates = valueOf(this.lab.slots.candidates);
    const from = candidates ?? valueOf(this.lab.slots.vocabulary)?.newTokens ?? [];
    if (this.rowsOf?.from !== from || this.rowsOf.counts !== counts) {
      const rows = candidates
        ? candidateRows(candidates, counts)
        : tokenRows(valueOf(this.lab.slots.vocabulary)?.newTokens ?? []);
      this.rowsOf = { from, counts, rows };
    }
    return this.rowsOf.rows;
  }

  override render() {
    const { rows } = this;
    const shown = shownRows(rows, this.show, this.search, this.sort);
    const { choice } = this.lab.editor;
    return panel({
      heading: msg('Candidates'),
      note: methodNote(choice.method),
      fill: 'bare',
      name: 'candidates',
      end: segmented<VocabularyChoice['method']>(
        msg('Method'),
        [
          { value: 'continued', label: msg('Continue merges') },
          { value: 'independent', label: msg('Independent') },
          { value: 'added', label: msg('Added words') },
          { value: 'atomic', label: msg('Atomic') },
        ],
        choice.method,
        (method) => {
          if (!this.lab.isTraining && method !== choice.method)
            void this.lab.words.chooseWay({ method, ...this.rules });
        },
      ),
      ...(this.lab.slots.candidates.status === 'failed'
        ? { body: html`${choice.method === 'atomic' ? this.grammar() : nothing}<tg-learn-rules></tg-learn-rules>` }
        : { body: this.body(rows, shown), footer: this.keys() }),
    });
  }

  private body(rows: readonly CandidateRow[], shown: CandidateRow[]) {
    const { error, choice } = this.lab.editor;
    return html`${error ? html`<div class="body">${failureAlert(error)}</div>` : nothing}
      ${choice.method === 'atomic' ? this.grammar() : nothing} ${this.size()}<tg-learn-rules
      ></tg-learn-rules>${this.tools(rows, shown.length)}${this.table(shown)}`;
  }

  /** The way's rules, which another method keeps. */
  private get rules(): Pick<LearnWay, 'rules'> {
    const { rules } = this.lab.editor.choice;
    return rules === undefined ? {} : { rules };
  }

  private keys() {
    return html`<div class="keys">
      <span
        ><kbd>A</kbd> ${msg('accept')} <kbd>R</kbd> ${msg('turn down')} <kbd>↑</kbd><kbd>↓</kbd> ${msg('move')}</span
      >
      <span class="note"
        >${msg('Exposure: occurrences left once longer tokens have taken theirs. The tick marks 1,000')}</span
      >
    </div>`;
  }

  /** Of the atomic alphabet. */
  private grammar() {
    const { grammar } = this.lab.editor.choice;
    return html`<label class="size-choice grammar"
      ><span>${msg('Notation')}</span>
      <span class="field"
        ><select
          ?disabled=${this.lab.isTraining}
          @change=${(event: Event) => this.chooseGrammar((event.target as HTMLSelectElement).value)}
        >
          <option value="" ?selected=${grammar === undefined}>${msg('told from the texts')}</option>
          ${GRAMMARS.map(
            (name) => html`<option value=${name} ?selected=${name === grammar}>${grammarName(name)}</option>`,
          )}
        </select></span
      ></label
    >`;
  }

  private chooseGrammar(name: string): void {
    const grammar = GRAMMARS.find((other) => other === name);
    void this.lab.words.chooseWay({ method: 'atomic', ...(grammar === undefined ? {} : { grammar }), ...this.rules });
  }

  private size() {
    const sizes = valueOf(this.lab.slots.diagnosis)
      ?.frontier.map((point) => point.newTokens)
      .filter((size) => size > 0);
    if (!sizes || sizes.length < 2) return nothing;
    const { counts, milliseconds, choice } = this.lab.editor;
    const at = sizes.findIndex((size) => size >= choice.newTokens);
    return html`<div class="size-choice">
      <label for="size">${msg('Size')}</label>
      <input
        id="size"
        type="range"
        min="0"
        max=${sizes.length - 1}
        .value=${String(at < 0 ? sizes.length - 1 : at)}
        ?disabled=${this.isLocked}
        aria-valuetext=${msg(str`${count(choice.newTokens)} new tokens`)}
        @input=${(event: Event) => this.lab.chooseNewTokens(sizes[Number((event.target as HTMLInputElement).value)]!)}
      />
      <b data-size=${choice.newTokens}>${count(choice.newTokens)}</b>
      <span class="note" role="status" data-counted=${counts ? Math.round(milliseconds) : nothing}
        >${
          counts
            ? msg(
                str`${percent(1 - counts.heldOut.tokensAfter / counts.heldOut.tokensBefore)} shorter, rarest tenth seen ${count(counts.exposureP10)} times; counted in ${count(Math.round(milliseconds))} ms`,
              )
            : ''
        }</span
      >
      ${this.prune()}
    </div>`;
  }

  /** Where the rarest tenth of the chosen tokens is too rare to be learned. */
  private prune() {
    const { counts } = this.lab.editor;
    if (!counts || counts.exposureP10 >= exposureFloor || counts.newTokens < 2) return nothing;
    return html`<button
      type="button"
      class="btn small prune"
      data-action="prune"
      ?disabled=${this.isLocked}
      @click=${() => void this.lab.words.prune(exposureFloor)}
    >
      ${msg(str`Turn down those seen under ${count(exposureFloor)} times`)}
    </button>`;
  }

  private tools(rows: readonly CandidateRow[], shown: number) {
    const isIn = rows.filter((row) => row.isIn).length;
    const flagged = rows.filter((row) => row.flags.length > 0).length;
    const locked = this.isLocked;
    return html`<div class="tools">
      ${segmented<Show>(
        msg('Show'),
        [
          { value: 'all', label: msg(str`All ${count(rows.length)}`) },
          { value: 'in', label: msg(str`In ${count(isIn)}`) },
          { value: 'flagged', label: msg(str`Flagged ${count(flagged)}`) },
          { value: 'out', label: msg(str`Out ${count(rows.length - isIn)}`) },
        ],
        this.show,
        (show) => (this.show = show),
      )}
      <label class="field find"
        >${icon('search')}<span class="sr">${msg('Find a token')}</span
        ><input
          type="search"
          placeholder=${msg('Find a token')}
          .value=${this.search}
          @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
      /></label>
      ${sortField(this.sort, (sort) => (this.sort = sort))}
      <form class="by-hand" @submit=${(event: Event) => this.add(event)}>
        <label class="field"
          ><span class="sr">${msg('Add a token by hand')}</span
          ><input
            placeholder=${msg('Add by hand')}
            spellcheck="false"
            .value=${this.byHand}
            ?disabled=${locked}
            @input=${(event: Event) => (this.byHand = (event.target as HTMLInputElement).value)}
        /></label>
        <button class="btn small" ?disabled=${locked || this.byHand === ''}>${msg('Add')}</button>
      </form>
      <button
        type="button"
        class="btn small"
        data-action="undo"
        ?disabled=${locked || !this.lab.editor.canUndo}
        @click=${() => this.lab.editor.undo()}
      >
        ${msg('Undo')}
      </button>
      <button type="button" class="btn small" @click=${() => this.saveList()}>${msg('Save list')}</button>
      <label class="btn small ${locked ? 'off' : ''}"
        >${msg('Open list')}<input
          type="file"
          class="sr"
          accept=".txt,text/plain"
          ?disabled=${locked}
          @change=${(event: Event) => void this.openList(event)}
      /></label>
      <span class="note push" role="status">${msg(str`${count(shown)} of ${count(rows.length)}`)}</span>
    </div>`;
  }

  private table(rows: CandidateRow[]) {
    const head = (key: SortKey, label: string, className: string) => {
      const direction = key === 'text' ? 'ascending' : 'descending';
      const sorted = this.sort === key ? direction : null;
      return sortHead(key, { label, className, sorted, sort: () => (this.sort = key) });
    };
    return this.rowTable.table({
      label: msg('Candidates'),
      className: 'candidates',
      heads: html`${head('text', msg('Token'), '')}
        <span role="columnheader">${msg('Pieces it replaces')}</span>
        ${head('occurrences', msg('Occurrences'), 'r')} ${head('documents', msg('Documents'), 'r c-documents')}
        ${head('tokensSaved', msg('Tokens saved'), 'r c-saved')} ${head('exposure', msg('Exposure'), 'c-exposure')}
        <span role="columnheader" class="c-flags">${msg('Flags')}</span>
        <span role="columnheader"><span class="sr">${msg('In or out')}</span></span>`,
      rows,
      keyOf: ({ key }) => key,
      draw: (row, at) => this.row(row, at),
      onKey: (event) => this.onKey(event, rows),
    });
  }

  private row(row: CandidateRow, at: number) {
    const { key, text, isIn, exposure } = row;
    const width = exposure === null ? 0 : Math.min(100, (100 * Math.log10(Math.max(1, exposure))) / FULL);
    const locked = this.isLocked;
    return html`<div
      class="vrow ${isIn ? '' : 'off'} ${this.selected === key ? 'sel' : ''}"
      role="row"
      aria-rowindex=${at + 2}
      data-in=${isIn}
      @click=${() => (this.selected = key)}
    >
      <span class="c-piece chip" role="cell" translate="no">${piece(text, true)}</span>
      <span class="c-piece chip" role="cell" translate="no">${pieces(row.pieces)}</span>
      <span class="r" role="cell">${count(row.occurrences)}</span>
      <span class="r c-documents" role="cell">${row.isByHand ? '–' : count(row.documents)}</span>
      <span class="r c-saved" role="cell">${isIn ? count(row.tokensSaved) : '–'}</span>
      <span class="xbar c-exposure" role="cell"
        ><span>${exposure === null ? '–' : count(exposure)}</span
        ><i style="--w: ${width}%; --c: var(${exposure !== null && exposure < GOOD / 10 ? '--warn' : '--arm-rows'})"></i
      ></span>
      <span class="c-flags" role="cell">${row.isByHand ? flag(msg('by hand'), true) : row.flags.map(flagWord)}</span>
      <span class="c-choose" role="cell"
        ><button
          type="button"
          class="mini y"
          ?disabled=${locked || isIn}
          aria-label=${msg(str`Accept ${text}`)}
          @click=${() => this.accept(row)}
        >
          ${icon('check')}</button
        ><button
          type="button"
          class="mini x"
          ?disabled=${locked || !isIn}
          aria-label=${msg(str`Turn down ${text}`)}
          @click=${() => this.reject(row)}
        >
          ${icon('cross')}
        </button></span
      >
    </div>`;
  }

  private accept({ key, isByHand }: CandidateRow): void {
    const { editor } = this.lab;
    if (this.isLocked || isByHand) return;
    // A candidate beyond the size comes in by raising it.
    const index = valueOf(this.lab.slots.candidates)?.findIndex((candidate) => candidate.piece === key) ?? -1;
    if (editor.choice.rejected.includes(key)) editor.accept([key]);
    else if (index >= editor.choice.newTokens) editor.edit({ newTokens: index + 1 });
  }

  private reject({ key, text, isByHand }: CandidateRow): void {
    if (this.isLocked) return;
    if (isByHand) this.lab.editor.removeByHand(text);
    else this.lab.editor.reject([key]);
  }

  private onKey(event: KeyboardEvent, rows: readonly CandidateRow[]): void {
    const next = this.rowTable.next(event, rows, ({ key }) => key === this.selected);
    if (next) {
      this.selected = next.key;
      return;
    }
    const row = rows.find(({ key }) => key === this.selected);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === 'a' && !row.isIn) this.accept(row);
    if (event.key.toLowerCase() === 'r' && row.isIn) this.reject(row);
  }

  private add(event: Event): void {
    event.preventDefault();
    this.lab.editor.addByHand(this.byHand);
    this.byHand = '';
  }

  private saveList(): void {
    const url = URL.createObjectURL(new Blob([listText(this.rows)], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'new-tokens.txt';
    link.click();
    URL.revokeObjectURL(url);
  }

  private async openList(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    const candidates = valueOf(this.lab.slots.candidates);
    if (file && candidates) this.lab.editor.edit(choiceOfList(candidates, listTexts(await file.text())));
  }
}

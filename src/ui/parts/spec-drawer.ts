/**
 * The specification: experiments to choose from, controls for its fields, and beside them the JSON that can be edited, dropped in, copied, saved and shared as a link. What is wrong is said field
 * by field while it is written; *Use it* waits until nothing is. The lab checks, so that the page and the command line refuse
 * the same. With `links` it opens by itself where an address carries a specification.
 *
 * @fires use with the specification as detail
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { asLabError, type SpecProblem, type SpecSchema, type WrittenSpec } from '../../worker/index';
import { download } from '../charts/chart-saving';
import { fileStem } from '../charts/csv';
import { LabElement } from '../element';
import { parameterOf } from '../state/route';
import { valueOf } from '../state/slot';
import { fieldIn, specAddress, specText, specToLink, textFromLink } from '../state/spec-link';
import { presetTitle, secondsText } from '../wording/experiment';
import { problemText } from '../wording/specProblems';
import { icon } from './icons';
import type { SpecEdit, SpecFields } from './spec-fields';

const TYPING = 200;
const KEPT_CHANGES = 200;
const LONGEST_FILE = 1_000_000;

const wholeProblem = (code: 'no-json' | 'not-checked', { message }: Error): SpecProblem => ({
  ...{ path: '', message, reason: { code, why: message } },
});

@customElement('tg-spec-drawer')
export class SpecDrawer extends LabElement {
  static instance: SpecDrawer | null = null;
  /** Whether it follows the address of the page. */
  @property({ type: Boolean }) links = false;
  @state() private text = '';
  @state() private problems: readonly SpecProblem[] = [];
  @state() private checking = false;
  @state() private said = '';
  @state() private over = false;
  @state() private schema: SpecSchema | null = null;
  /** The text as JSON, with whatever is wrong in it; stays while the text is none. */
  @state() private written: unknown = null;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('.json textarea') private area!: HTMLTextAreaElement;
  /** Not one of its kind before its element is loaded. */
  @query('tg-spec-fields') private fields!: HTMLElement & Partial<Pick<SpecFields, 'restart'>>;
  private value: WrittenSpec | null = null;
  private turn = 0;
  /** The timer since the last stroke; 0: none. */
  private typing = 0;
  private past: readonly string[] = [];
  /** The link that was used last: its address is the page's own and opens nothing. */
  private used: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.links) return;
    SpecDrawer.instance = this;
    addEventListener('hashchange', this.follow);
    void this.updateComplete.then(this.follow);
  }

  override disconnectedCallback(): void {
    if (SpecDrawer.instance === this) SpecDrawer.instance = null;
    removeEventListener('hashchange', this.follow);
    clearTimeout(this.typing);
    super.disconnectedCallback();
  }

  /** Shows it over the page. A text may be anything; it is checked as a specification is. */
  open(spec: WrittenSpec | string): void {
    this.past = [];
    this.fields.restart?.();
    this.put(typeof spec === 'string' ? spec : specText(spec));
    void this.readSchema();
    if (!this.dialog.open) this.dialog.showModal();
    this.area.scrollTop = 0;
    this.area.setSelectionRange(0, 0);
  }

  /** At once, not when it is checked: the next edit goes on from it. */
  private readonly edited = ({ detail }: SpecEdit) => {
    this.written = detail;
    this.keep();
    this.put(specText(detail));
  };

  private async readSchema(): Promise<void> {
    // The controls come with the first opening.
    await import('./spec-fields').catch(() => undefined);
    this.schema ??= await this.lab.lab.specSchema().catch(() => null);
  }

  private readonly follow = async () => {
    const link = parameterOf(location.hash, 'spec');
    if (link === null || link === this.used) return;
    const text = await textFromLink(link);
    await this.updateComplete;
    this.open(text ?? '');
    if (text === null) this.said = msg('The link is damaged: no specification could be read from it.');
  };

  /** Instead of what stands there, which undo brings back. */
  private show(text: string): void {
    this.keep();
    this.fields.restart?.();
    this.put(text);
  }

  private put(text: string): void {
    clearTimeout(this.typing);
    this.typing = 0;
    this.text = text;
    this.said = '';
    if (this.area) this.area.value = text;
    void this.check();
  }

  private keep(): void {
    if (this.text !== '' && this.text !== this.past.at(-1)) this.past = [...this.past, this.text].slice(-KEPT_CHANGES);
  }

  private readonly typed = () => {
    if (this.typing === 0) this.keep();
    this.text = this.area.value;
    this.said = '';
    this.checking = true;
    clearTimeout(this.typing);
    this.typing = window.setTimeout(() => {
      this.typing = 0;
      void this.check();
    }, TYPING);
  };

  private async check(): Promise<void> {
    const turn = ++this.turn;
    this.checking = true;
    const { value, problems } = await this.read(this.text);
    if (turn !== this.turn) return;
    if (value !== null) this.written = value;
    this.value = problems.length === 0 ? (value as WrittenSpec) : null;
    this.problems = problems;
    this.checking = false;
  }

  private async read(text: string): Promise<{ value: unknown; problems: readonly SpecProblem[] }> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (thrown) {
      return { value: null, problems: [wholeProblem('no-json', thrown as Error)] };
    }
    try {
      return { value, problems: await this.lab.lab.checkSpec(value) };
    } catch (thrown) {
      return { value, problems: [wholeProblem('not-checked', asLabError(thrown))] };
    }
  }

  /** As it stood before the last change; what is written in one go goes in one. */
  private readonly undo = () => {
    const before = this.past.at(-1);
    if (before === undefined) return;
    this.past = this.past.slice(0, -1);
    this.put(before);
  };

  override render() {
    const { problems, checking } = this;
    const bad = problems.length > 0;
    return html`<dialog
      class=${classMap({ drawer: true, over: this.over })}
      aria-labelledby="spec-title"
      @dragover=${this.onDrag}
      @dragleave=${() => (this.over = false)}
      @drop=${this.onDrop}
    >
      <header role="none">
        <h2 id="spec-title">${msg('Specification')}</h2>
        <span class="note">${msg('everything that changes a number')}</span>
        <button
          type="button"
          class="btn small"
          data-action="undo-spec"
          ?disabled=${this.past.length === 0}
          @click=${this.undo}
        >
          ${msg('Undo')}
        </button>
        <button type="button" class="icon-btn" aria-label=${msg('Close')} @click=${() => this.dialog.close()}>
          ${icon('cross')}
        </button>
      </header>
      <div class="in">
        ${this.presets()}
        <div class="controls">
          <tg-spec-fields
            .value=${this.written}
            .schema=${this.schema}
            .problems=${problems}
            .earlierTokens=${valueOf(this.lab.slots.model)?.earlierTokens ?? 0}
            @edit=${this.edited}
          ></tg-spec-fields>
        </div>
        <div class="json">
          <textarea
            class="mono ${bad ? 'bad' : ''}"
            spellcheck="false"
            autocomplete="off"
            wrap="off"
            aria-label=${msg('Specification as JSON')}
            aria-invalid=${bad ? 'true' : 'false'}
            aria-describedby="spec-problems"
            .value=${this.text}
            @input=${this.typed}
          ></textarea>
          <div id="spec-problems" class="spec-problems" role="status">
            ${
              bad
                ? html`<ul>
                    ${problems.map((problem) => html`<li>${this.problem(problem)}</li>`)}
                  </ul>`
                : nothing
            }
          </div>
          <p class="note">
            ${msg('Edit either side, or drop a file here. A link carries all of it, and no text of yours.')}
          </p>
        </div>
      </div>
      <footer>
        <button type="button" class="btn" data-action="copy-link" ?disabled=${bad} @click=${this.copyLink}>
          ${icon('link')}${msg('Copy link')}
        </button>
        <button type="button" class="btn" data-action="copy-spec" @click=${() => void this.copy(this.text)}>
          ${msg('Copy')}
        </button>
        <button type="button" class="btn" data-action="save-spec" @click=${this.save}>
          ${icon('down')}${msg('Save JSON')}
        </button>
        <button type="button" class="btn" @click=${() => this.querySelector<HTMLInputElement>('footer input')!.click()}>
          ${icon('folder')}${msg('Open a file')}
        </button>
        <input
          class="sr"
          type="file"
          tabindex="-1"
          accept=".json,application/json"
          aria-label=${msg('Open a file')}
          @change=${this.onPick}
        />
        <span class="mend ${bad ? 'bad' : ''}" role="status">${this.said || this.count()}</span>
        <button
          type="button"
          class="btn main"
          data-action="use-spec"
          ?disabled=${bad || checking || this.text === ''}
          @click=${this.use}
        >
          ${msg('Use it')}
        </button>
      </footer>
    </dialog>`;
  }

  /** Those that are sized to this machine, where texts are open. */
  private presets() {
    const { presets } = this.lab.desk;
    if (presets.status !== 'ready') return nothing;
    return html`<div class="presets" role="group" aria-label=${msg('What is run')}>
      ${presets.value.map(
        ({ name, spec, seconds }) =>
          html`<button
            type="button"
            class="preset"
            data-preset-spec=${name}
            aria-pressed=${this.text === specText(spec) ? 'true' : 'false'}
            @click=${() => this.show(specText(spec))}
          >
            <b>${presetTitle(name)}</b><span class="note">${secondsText(seconds)}</span>
          </button>`,
      )}
    </div>`;
  }

  private count(): string {
    const { length } = this.problems;
    if (length === 0) return '';
    return length === 1 ? msg('1 field to mend') : msg(str`${length} fields to mend`);
  }

  private problem({ path, reason }: SpecProblem) {
    const field = path === '' ? msg('The specification') : path;
    return html`<button type="button" class="spec-problem" @click=${() => this.goTo(path)}>
      <b class=${path === '' ? '' : 'mono'}>${field}</b> <span>${problemText({ reason })}</span>
    </button>`;
  }

  private goTo(path: string): void {
    const [start, end] = fieldIn(this.text, path) ?? [0, 0];
    this.area.focus();
    this.area.setSelectionRange(start, end);
    const line = this.text.slice(0, start).split('\n').length - 1;
    this.area.scrollTop = Math.max(0, line * 20 - this.area.clientHeight / 2);
  }

  private readonly onDrag = (event: DragEvent) => {
    event.preventDefault();
    this.over = true;
  };

  private readonly onDrop = (event: DragEvent) => {
    event.preventDefault();
    this.over = false;
    void this.readFile(event.dataTransfer?.files[0]);
  };

  private readonly onPick = (event: Event) => {
    const input = event.target as HTMLInputElement;
    void this.readFile(input.files?.[0]);
    input.value = '';
  };

  private async readFile(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > LONGEST_FILE) this.said = msg(str`${file.name} is too large for a specification.`);
    else this.show(await file.text());
  }

  private readonly copyLink = async () => {
    if (this.value) await this.copy(await specAddress(this.value));
  };

  private async copy(text: string): Promise<void> {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    this.said = done ? msg('Copied') : msg('The browser did not allow copying');
  }

  private readonly save = () => {
    const stem = fileStem(this.value?.name ?? 'specification');
    download(new File([`${this.text.trimEnd()}\n`], `${stem}.experiment.json`, { type: 'application/json' }));
  };

  private readonly use = async () => {
    const { value } = this;
    if (!value) return;
    this.dialog.close();
    if (this.links) {
      this.used = await specToLink(value);
      location.hash = `train?spec=${this.used}`;
    }
    this.dispatchEvent(new CustomEvent<WrittenSpec>('use', { detail: value }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-spec-drawer': SpecDrawer;
  }
}

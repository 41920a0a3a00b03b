/**
 * Step 7. The same prompt and seed to base and graft, one after the other so that neither slows the other down, tokens as
 * they come. Where nothing has been grafted, the open model alone; that needs no GPU.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Bounds } from '../../bounds';
import { mostNewTokens, samplingBounds, type SamplingSetting } from '../../samplingBounds';
import { asLabError, type LabError, type Piece } from '../../worker/index';
import { armGlyph } from '../charts/arm-look';
import { LabElement } from '../element';
import { count, fixed } from '../format';
import { FrameQueue } from '../frames';
import { armMark } from '../parts/marks';
import { emptyState, failureAlert, panel, segmented, verdict } from '../parts/panel';
import { pieces, prosePieces } from '../parts/pieces';
import type { Tried, Written } from '../state/tried';
import { isPending, type Failure, valueOf } from '../state/slot';
import { armName } from '../wording/arms';
import { wrongNumber } from '../wording/bounds';
import { tokensText } from '../wording/counts';
import { runtimeText } from '../wording/runtimes';
import { lookOf } from './experiment-arms';
import './kept-offer';
import './cloze';
import './field';
import './take-arm';

type Arm = keyof Tried['written'];

interface Wrong {
  readonly typed: string;
  readonly possible: string;
}

const NOTHING: Written = { pieces: [], milliseconds: 0, done: false };
const NEITHER: Tried['written'] = { base: NOTHING, grafted: NOTHING };
const encoder = new TextEncoder();
const promptLength = 24;

/** The first words of a line, none of them cut: what fits, at least one, and no more than half of it. */
function promptOf(text: string): string {
  const line = text.split('\n').find((each) => each.trim()) ?? '';
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(line)) {
    if (end > 0 && index + segment.length > Math.min(promptLength, line.length / 2)) break;
    end = index + segment.length;
  }
  return line.slice(0, end).trimEnd();
}

@customElement('tg-step-try')
export class TryStep extends LabElement {
  @state() private prompt: string | null = null;
  @state() private sampling: Readonly<Record<SamplingSetting, number>> = {
    ...{ temperature: 0.7, topK: 40, topP: 0.95, seed: 17, maxTokens: 64 },
  };
  /** What was typed and cannot be, with what is possible instead. */
  @state() private wrong: Partial<Record<SamplingSetting, Wrong>> = {};
  @state() private showPieces = false;
  /** The prompt is a question, put through the model's chat template. */
  @state() private chat = false;
  @state() private busy = false;
  @state() private failed: Failure | null = null;
  /** While it comes; afterwards the lab's state holds it. */
  @state() private writing: Tried['written'] | null = null;
  private readonly frames = new FrameQueue();
  private underWay: AbortController | undefined;

  private get text(): string {
    if (this.prompt !== null) return this.prompt;
    if (this.lab.tried) return this.lab.tried.prompt;
    const { diagnosis, corpus } = this.lab.slots;
    return promptOf(valueOf(diagnosis)?.heldOutExcerpt ?? valueOf(corpus)?.excerpt ?? '');
  }

  override render() {
    const { isTraining } = this.lab;
    const canTry = !isTraining && this.lab.slots.model.status === 'ready';
    return html`<div class="page">
      ${this.said()} ${this.failed ? failureAlert(this.failed) : nothing}<tg-kept-offer></tg-kept-offer
      ><tg-take-arm></tg-take-arm>
      ${
        canTry
          ? this.playground()
          : panel({
              heading: msg('Prompt'),
              body: emptyState(
                isTraining ? msg('Training is still on.') : msg('No model is open yet.'),
                msg('Base and trained arm answer the same prompt here once the experiment is over.'),
                isTraining
                  ? html`<a class="btn" href="#train">${msg('Go to Train')}</a>`
                  : html`<a class="btn" href="#model">${msg('Go to Model')}</a>`,
              ),
            })
      }
      ${canTry && this.lab.desk.taken ? html`<tg-field></tg-field><tg-cloze></tg-cloze>` : nothing}
    </div>`;
  }

  /** The graft answers too once something has been trained. */
  private get arms(): readonly Arm[] {
    return this.lab.hasTrained ? ['base', 'grafted'] : ['base'];
  }

  private said() {
    const { tried } = this.lab;
    const download = html`<a class="btn main" href="#download">${msg('Download')}</a>`;
    if (!tried) {
      return verdict(
        msg('What does it write now?'),
        this.arms.includes('grafted')
          ? msg('Same prompt, same seed, same number of tokens, first the base, then the graft.')
          : msg('Once something is grafted, base and graft answer side by side.'),
        this.lab.hasTrained ? download : nothing,
      );
    }
    if (!tried.tokens) {
      return verdict(
        msg(str`The model wrote this in ${tokensText(tried.written.base.pieces.length)}.`),
        msg('Once something is grafted, base and graft answer side by side.'),
      );
    }
    const { taken, view } = this.lab.desk;
    const keepsVocabulary = taken !== null && view?.spec.arms[taken.arm]?.vocabulary === undefined;
    return verdict(
      keepsVocabulary
        ? msg(str`The trained arm wrote this in ${tokensText(tried.tokens.grafted)}.`)
        : msg(
            str`The graft wrote this in ${tokensText(tried.tokens.grafted)}. The base vocabulary would have needed ${count(tried.tokens.base)}.`,
          ),
      msg('Same prompt, same seed, same number of tokens, first the base, then the graft.'),
      download,
    );
  }

  private playground() {
    return panel({
      heading: msg('Prompt'),
      fill: 'bare',
      name: 'try',
      end: html`${segmented(
        msg('Prompt is'),
        [
          { value: false, label: msg('A beginning') },
          { value: true, label: msg('A question') },
        ],
        this.chat,
        (chat) => (this.chat = chat),
      )}${segmented(
        msg('Show'),
        [
          { value: false, label: msg('Text') },
          { value: true, label: msg('Pieces') },
        ],
        this.showPieces,
        (showPieces) => (this.showPieces = showPieces),
      )}`,
      body: html`<div class="body try-controls">
          <label
            ><span class="sr">${msg('Prompt')}</span
            ><textarea
              rows="2"
              spellcheck="false"
              .value=${this.text}
              @input=${(event: Event) => (this.prompt = (event.target as HTMLTextAreaElement).value)}
            ></textarea>
          </label>
          <div class="controls">
            ${
              this.busy
                ? html`<button type="button" class="btn" @click=${() => this.underWay?.abort()}>
                    ${msg('Cancel')}
                  </button>`
                : html`<button
                    type="button"
                    class="btn ${this.lab.tried ? '' : 'main'}"
                    data-action="generate"
                    ?disabled=${isPending(this.lab.desk.taking) || Object.keys(this.wrong).length > 0}
                    @click=${() => void this.generate()}
                  >
                    ${this.lab.tried ? msg('Generate again') : msg('Generate')}
                  </button>`
            }
            ${this.field('temperature', msg('Temperature'))} ${this.field('topK', msg('Top k'))}
            ${this.field('topP', msg('Top p'))} ${this.field('seed', msg('Seed'))}
            ${this.field('maxTokens', msg('Tokens'))}
          </div>
        </div>
        <div class="gen" data-arms=${this.arms.length}>
          ${this.column('base', msg('Untouched base'), armMark('ring', 'var(--arm-base)'))}
          ${
            this.arms.includes('grafted')
              ? this.column(
                  'grafted',
                  this.lab.desk.taken ? armName(this.lab.desk.taken.arm) : msg('Grafted'),
                  this.mark,
                )
              : nothing
          }
        </div>`,
    });
  }

  /** As on every chart of its experiment. */
  private get mark() {
    const { taken, view } = this.lab.desk;
    return taken && view ? armGlyph(lookOf(view.spec, taken.arm)) : armMark('disc', 'var(--arm-graft)');
  }

  private field(key: SamplingSetting, label: string) {
    const wrong = this.wrong[key];
    const bounds = this.boundsOf(key);
    return html`<div class="bounded">
      <label class="field small"
        ><span class="note">${label}</span
        ><input
          class="r"
          type="number"
          data-sampling=${key}
          min=${bounds.least}
          max=${bounds.most}
          step=${bounds.isWhole ? 1 : 'any'}
          aria-invalid=${wrong ? 'true' : nothing}
          aria-describedby=${wrong ? `wrong-${key}` : nothing}
          .value=${wrong?.typed ?? String(this.sampling[key])}
          @change=${(event: Event) => this.type(key, (event.target as HTMLInputElement).value)}
      /></label>
      ${wrong ? html`<span class="wrong" id="wrong-${key}" role="status">${wrong.possible}</span>` : nothing}
    </div>`;
  }

  private boundsOf(key: SamplingSetting): Bounds {
    const context = valueOf(this.lab.slots.model)?.contextLength;
    if (key !== 'maxTokens' || !context) return samplingBounds[key];
    return { ...samplingBounds.maxTokens, most: mostNewTokens(context) };
  }

  private type(key: SamplingSetting, typed: string): void {
    const possible = wrongNumber(
      typed,
      this.boundsOf(key),
      key === 'maxTokens' ? msg('by the model’s context') : undefined,
    );
    const { [key]: _, ...others } = this.wrong;
    this.wrong = possible === null ? others : { ...others, [key]: { typed, possible } };
    if (possible === null) this.sampling = { ...this.sampling, [key]: Number(typed) };
  }

  /** Beside its field, where the lab names one. */
  private refused(error: LabError): void {
    const { field, most } = error.details as { readonly field?: SamplingSetting; readonly most?: number };
    if (!field || !(field in samplingBounds) || most === undefined || most < samplingBounds[field].least) {
      this.failed = error;
      return;
    }
    const possible = wrongNumber('', { ...samplingBounds[field], most })!;
    this.wrong = { ...this.wrong, [field]: { typed: String(this.sampling[field]), possible } };
  }

  private column(arm: Arm, name: string, mark: TemplateResult | unknown) {
    const { prompt, written, chat } = this.shown;
    const { pieces: list, milliseconds, done, runtime } = written[arm];
    const text = list.map((piece) => piece.text).join('');
    const bytes = encoder.encode(text).length;
    const stat = (value: string, unit: string) => html`<span><b>${value}</b> ${unit}</span>`;
    const fresh = list.filter((piece) => piece.isNew).length;
    return html`<div data-arm=${arm} aria-busy=${this.busy && !done ? 'true' : 'false'}>
      <h3>${mark}${name}</h3>
      <div class=${this.showPieces ? 'tokens' : 'prose'} translate="no" data-text>
        ${
          list.length === 0
            ? html`<span class="note">${this.busy ? msg('Waiting for its turn') : msg('Press Generate.')}</span>`
            : this.showPieces
              ? pieces(list)
              : html`<span class="prompt as-is">${prompt}${chat ? '\n' : ''}</span>${prosePieces(list)}`
        }
      </div>
      <div class="stats">
        ${
          list.length === 0
            ? html`<span>&nbsp;</span>`
            : html`${stat(count(list.length), msg('tokens'))} ${stat(count(bytes), msg('bytes'))}
              ${stat(fixed(bytes / list.length, 2), msg('bytes per token'))}
              ${milliseconds > 0 ? stat(fixed(list.length / (milliseconds / 1000), 1), msg('tokens/s')) : nothing}
              ${arm === 'grafted' ? stat(count(fresh), msg('new tokens')) : nothing}
              ${runtime ? html`<span class="note" data-runtime=${runtime.name}>${runtimeText(runtime)}</span>` : nothing}`
        }
      </div>
    </div>`;
  }

  private get shown(): Omit<Tried, 'tokens'> {
    const { chat } = this;
    if (this.writing) return { prompt: this.text, chat, written: this.writing };
    return this.lab.tried ?? { prompt: this.text, chat, written: NEITHER };
  }

  private async generate(): Promise<void> {
    this.busy = true;
    this.failed = null;
    let written = NEITHER;
    this.writing = written;
    const { signal } = (this.underWay = new AbortController());
    const { text: prompt, sampling, arms, chat } = this;
    this.prompt = prompt;
    try {
      // Both have run before either is timed: opening and compiling are no part of a speed.
      for (const model of arms.length > 1 ? arms : []) {
        const warming = { model, prompt, ...sampling, maxTokens: 2, chat };
        await this.lab.lab.generate(warming, () => undefined, signal);
      }
      for (const model of arms) {
        let started = 0;
        const come: Piece[] = [];
        const show = (now: Written) => (this.writing = written = { ...written, [model]: now });
        const options = { model, prompt, ...sampling, chat };
        const onPiece = (piece: Piece) => {
          // Opening the model is no part of its speed.
          started ||= performance.now();
          come.push(piece);
          const sofar = { pieces: [...come], milliseconds: performance.now() - started, done: false };
          this.frames.add(model, () => show(sofar));
        };
        const { pieces, milliseconds, runtime } = await this.lab.lab.generate(options, onPiece, signal);
        this.frames.remove(model);
        show({ pieces, milliseconds, done: true, runtime });
      }
      const grafted = written.grafted.pieces;
      const text = grafted.map((piece) => piece.text).join('');
      const again = arms.includes('grafted') ? await this.lab.lab.tokenize(text) : null;
      const tokens = again && { grafted: grafted.length, base: again.base.length };
      this.lab.setTried({ prompt, chat, written, tokens });
      this.writing = null;
    } catch (thrown) {
      const error = asLabError(thrown);
      if (error.code !== 'cancelled') this.refused(error);
    } finally {
      this.busy = false;
    }
  }
}

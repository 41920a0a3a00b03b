/**
 * Step 7. The same prompt and seed to base and graft, one after the other so that neither slows the other down, tokens as
 * they come. Where nothing has been grafted, the open model alone; that needs no GPU.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { asLabError, type Piece } from '../../worker/index';
import { LabElement } from '../element';
import { count, fixed } from '../format';
import { FrameQueue } from '../frames';
import { armMark } from '../parts/marks';
import { emptyState, failureAlert, panel, segmented, verdict } from '../parts/panel';
import { pieces, prosePieces } from '../parts/pieces';
import type { Tried, Written } from '../state/tried';
import { isPending, type Failure, valueOf } from '../state/slot';
import { runtimeText } from '../wording/runtimes';
import './kept-offer';
import './take-arm';

type Arm = keyof Tried['written'];

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
  @state() private temperature = 0.7;
  @state() private topK = 40;
  @state() private topP = 0.95;
  @state() private seed = 17;
  @state() private maxTokens = 64;
  @state() private showPieces = false;
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
        msg(str`The model wrote this in ${count(tried.written.base.pieces.length)} tokens.`),
        msg('Once something is grafted, base and graft answer side by side.'),
      );
    }
    return verdict(
      msg(
        str`The graft wrote this in ${count(tried.tokens.grafted)} tokens. The base vocabulary would have needed ${count(tried.tokens.base)}.`,
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
      end: segmented(
        msg('Show'),
        [
          { value: false, label: msg('Text') },
          { value: true, label: msg('Pieces') },
        ],
        this.showPieces,
        (showPieces) => (this.showPieces = showPieces),
      ),
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
                    ?disabled=${isPending(this.lab.desk.taking)}
                    @click=${() => void this.generate()}
                  >
                    ${this.lab.tried ? msg('Generate again') : msg('Generate')}
                  </button>`
            }
            ${this.field(msg('Temperature'), this.temperature, 0, 'any', (value) => (this.temperature = value))}
            ${this.field(msg('Top k'), this.topK, 0, 1, (value) => (this.topK = value))}
            ${this.field(msg('Top p'), this.topP, 0, 'any', (value) => (this.topP = Math.min(1, value)))}
            ${this.field(msg('Seed'), this.seed, 0, 1, (value) => (this.seed = value))}
            ${this.field(msg('Tokens'), this.maxTokens, 1, 1, (value) => (this.maxTokens = value))}
          </div>
        </div>
        <div class="gen" data-arms=${this.arms.length}>
          ${this.column('base', msg('Untouched base'), armMark('ring', 'var(--arm-base)'))}
          ${
            this.arms.includes('grafted')
              ? this.column('grafted', this.lab.desk.taken?.arm ?? msg('Grafted'), armMark('disc', 'var(--arm-graft)'))
              : nothing
          }
        </div>`,
    });
  }

  private field(label: string, value: number, least: number, step: number | 'any', set: (value: number) => void) {
    return html`<label class="field small"
      ><span class="note">${label}</span
      ><input
        class="r"
        type="number"
        min=${least}
        step=${step}
        .value=${String(value)}
        @change=${(event: Event) => {
          const next = Number((event.target as HTMLInputElement).value);
          if (Number.isFinite(next) && next >= least) set(next);
        }}
    /></label>`;
  }

  private column(arm: Arm, name: string, mark: TemplateResult | unknown) {
    const { prompt, written } = this.shown;
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
              : html`<span class="prompt as-is">${prompt}</span>${prosePieces(list)}`
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

  private get shown(): Pick<Tried, 'prompt' | 'written'> {
    if (this.writing) return { prompt: this.text, written: this.writing };
    return this.lab.tried ?? { prompt: this.text, written: NEITHER };
  }

  private async generate(): Promise<void> {
    this.busy = true;
    this.failed = null;
    let written = NEITHER;
    this.writing = written;
    const { signal } = (this.underWay = new AbortController());
    const { text: prompt, temperature, topK, topP, seed, maxTokens, arms } = this;
    this.prompt = prompt;
    try {
      // Both have run before either is timed: opening and compiling are no part of a speed.
      for (const model of arms.length > 1 ? arms : []) {
        const warming = { model, prompt, maxTokens: 2, temperature, topK, topP, seed };
        await this.lab.lab.generate(warming, () => undefined, signal);
      }
      for (const model of arms) {
        let started = 0;
        const come: Piece[] = [];
        const show = (now: Written) => (this.writing = written = { ...written, [model]: now });
        const options = { model, prompt, maxTokens, temperature, topK, topP, seed };
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
      this.lab.setTried({ prompt, written, tokens });
      this.writing = null;
    } catch (thrown) {
      const error = asLabError(thrown);
      if (error.code !== 'cancelled') this.failed = error;
    } finally {
      this.busy = false;
    }
  }
}

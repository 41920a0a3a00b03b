/** The deck: Start, Pause, Step, Resume, Stop; progress and time left; the readings. Redrawn in its turn while a run ticks. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { LabElement } from '../element';
import { count, duration, fileSize, fixed, measured, memorySize, percent, plain, scientific } from '../format';
import { icon } from '../parts/icons';
import { number } from '../parts/number';
import { progressText, stackedBar } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import type { RunView } from '../state/run-view';
import { memoryText } from '../wording/verdicts';
import { planFormula } from './fitting';

@customElement('tg-deck')
export class Deck extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  /** Asked to pause or stop, not answered yet. */
  @state() private asked: 'pause' | 'stop' | null = null;

  protected override labChanged(_topic: Topic): void {
    const at = this.lab.run?.status.state;
    if (at !== 'running' && at !== 'preparing') this.asked = null;
    this.requestUpdate();
  }

  override render() {
    const { run } = this.lab;
    return html`<section
      class="panel"
      data-panel="deck"
      data-run=${run?.status.state ?? 'ready'}
      aria-label=${msg('Training')}
    >
      <div class="deck">
        <div class="keys">${this.keys(run)}</div>
        ${this.progress(run)}
        <div class="note saved">${this.saved(run)}</div>
      </div>
      ${run ? this.meters(run) : nothing}
    </section>`;
  }

  private keys(run: RunView | null) {
    const at = run?.status.state;
    const { engine, vocabulary } = this.lab.slots;
    const canStart =
      vocabulary.status === 'ready' &&
      this.lab.settings !== null &&
      this.lab.planFits !== false &&
      !(engine.status === 'ready' && !engine.value.available);
    const main =
      at === 'running' || at === 'preparing'
        ? html`<button
            type="button"
            class="btn main wide"
            data-action="pause"
            ?disabled=${at === 'preparing' || this.asked !== null}
            @click=${() => this.ask('pause')}
          >
            ${icon('pause')}${this.asked === 'pause' ? msg('Pausing') : msg('Pause')}
          </button>`
        : at === 'paused'
          ? html`<button
              type="button"
              class="btn main wide"
              data-action="resume"
              @click=${() => void this.lab.lab.resume()}
            >
              ${icon('play')}${msg('Resume')}
            </button>`
          : html`<button
              type="button"
              class="btn main wide"
              data-action="start"
              ?disabled=${!canStart}
              @click=${() => void this.lab.train()}
            >
              ${icon('play')}${run ? msg('Train again') : msg('Start')}
            </button>`;
    return html`${main}<button
        type="button"
        class="btn"
        data-action="step"
        ?disabled=${at !== 'paused'}
        @click=${() => void this.lab.lab.step()}
      >
        ${icon('step')}${msg('Step')}</button
      ><button
        type="button"
        class="btn"
        data-action="stop"
        ?disabled=${!run?.isActive || this.asked === 'stop'}
        @click=${() => this.ask('stop')}
      >
        ${icon('stop')}${msg('Stop')}
      </button>`;
  }

  private ask(what: 'pause' | 'stop') {
    this.asked = what;
    if (what === 'pause') void this.lab.lab.pause();
    else this.lab.cancel('run');
  }

  private progress(run: RunView | null) {
    const steps = run?.status.steps ?? this.lab.settings?.steps ?? 0;
    const step = run?.status.step ?? 0;
    const share = steps > 0 ? step / steps : 0;
    return html`<div class="prog">
      <div class="top">
        <span>${msg(html`Step <b data-step-count>${count(step)}</b> of ${count(steps)}`)}</span>
        <span>${run ? this.time(run) : nothing}</span>
      </div>
      <div
        class="pbar"
        role="progressbar"
        aria-label=${msg('Training')}
        aria-valuemin="0"
        aria-valuemax=${steps}
        aria-valuenow=${step}
      >
        <i style=${styleMap({ '--w': `${share * 100}%` })}></i>
        ${run?.crossing ? html`<em style=${styleMap({ left: `${(run.crossing / steps) * 100}%` })}></em>` : nothing}
      </div>
    </div>`;
  }

  private time(run: RunView) {
    const { state: at, millisecondsLeft, stepMilliseconds } = run.status;
    if (at === 'preparing') return run.status.progress ? progressText(run.status.progress) : msg('measuring first');
    if (at === 'paused') return msg('paused');
    if (at === 'finished') return msg('finished');
    if (at === 'stopped') return msg('stopped');
    if (at === 'failed') return msg('failed');
    if (!Number.isFinite(millisecondsLeft) || run.steps.length === 0) return nothing;
    return number(msg(str`about ${duration(millisecondsLeft)} left`), () => ({
      name: msg('Time left'),
      formula: msg(str`(${count(run.status.steps)} − ${count(run.status.step)}) × ${count(stepMilliseconds)} ms`),
      meaning: msg('From the recent step time, with the evaluations still to come.'),
    }));
  }

  private saved(run: RunView | null) {
    if (!run) return this.lab.settings ? msg(str`${count(this.lab.settings.steps)} steps`) : '';
    const { savedStep } = run.status;
    return savedStep === undefined ? msg('Not saved yet') : msg(str`Saved at step ${count(savedStep)}`);
  }

  private meters(run: RunView) {
    const { status } = run;
    const latest = run.latestBitsPerByte;
    const base = run.baseBitsPerByte;
    const change = latest !== null && base !== null ? latest / base - 1 : null;
    const isTicking = status.state === 'running' || status.state === 'paused';
    const gradient = run.gradientNorm.at(-1);
    const rate = run.learningRate.at(-1);
    return html`<div class="meters">
      <div class="meter">
        <span class="k">${msg('Bits per byte, held out')}</span>
        <span class="v" data-reading="bits-per-byte"
          >${number(latest === null ? '–' : fixed(latest, 3), () => ({
            name: msg('Bits per byte'),
            formula: msg('sum of NLL ÷ (ln 2 × UTF-8 bytes)'),
            meaning: msg(
              'Same held-out documents for base and graft, whatever the vocabulary. On the processor a run is watched by the first of them; Compare scores all.',
            ),
          }))}</span
        >
        <span class="s"
          >${
            change === null || base === null
              ? html`&nbsp;`
              : msg(str`${change >= 0 ? '+' : ''}${percent(change)} against the base, ${fixed(base, 3)}`)
          }</span
        >
      </div>
      <div class="meter">
        <span class="k">${msg('Tokens')}</span>
        <span class="v"
          >${number(
            html`${isTicking || status.tokensPerSecond ? count(status.tokensPerSecond) : '–'}<span class="u">/s</span>`,
            () => ({
              name: msg('Tokens per second'),
              formula: msg(str`${count(run.tokensPerStep)} ÷ ${count(status.stepMilliseconds)} ms`),
              meaning: msg('Padding is not counted.'),
            }),
          )}</span
        >
        <span class="s"
          >${status.bytesPerSecond ? msg(str`${plain(fileSize(status.bytesPerSecond))}/s of text`) : html`&nbsp;`}</span
        >
      </div>
      <div class="meter">
        <span class="k">${msg('Step time')}</span>
        <span class="v"
          >${number(
            html`${status.stepMilliseconds ? count(status.stepMilliseconds) : '–'}<span class="u">ms</span>`,
            () => ({
              name: msg('Step time'),
              formula: msg('median of the recent steps'),
              meaning: msg('Forward, backward and optimizer, evaluations not counted.'),
            }),
          )}</span
        >
        <span class="s">${run.tokensPerStep ? msg(str`${count(run.tokensPerStep)} tokens a step`) : html`&nbsp;`}</span>
      </div>
      <div class="meter">
        <span class="k">${msg('Gradient norm')}</span>
        <span class="v"
          >${number(gradient === undefined ? '–' : fixed(gradient, gradient < 1 ? 3 : 2), () => ({
            name: msg('Gradient norm'),
            formula: '√ Σ g²',
            meaning: msg(str`Over what may move, before clipping at ${String(run.settings?.clipNorm ?? '–')}.`),
          }))}</span
        >
        <span class="s">${rate === undefined ? html`&nbsp;` : html`${msg('rate')} ${scientific(rate)}`}</span>
      </div>
      ${this.memory(run)}
    </div>`;
  }

  private memory({ status: { plan } }: RunView) {
    const bytes = plan?.bytes;
    const whole = plan?.totalBytes || 1;
    return html`<div class="meter">
      <span class="k">${msg('Memory')}</span>
      <span class="v"
        >${
          plan
            ? number(measured(memorySize(plan.totalBytes)), () => ({
                name: msg('Memory'),
                formula: planFormula(plan),
                meaning: msg('Planned before the first allocation.'),
              }))
            : '–'
        }</span
      >
      ${
        bytes
          ? stackedBar(`${msg('Memory')}: ${memoryText(whole)}`, [
              { share: bytes.parameters / whole, color: '--ink-2' },
              { share: (bytes.gradients + bytes.optimizer) / whole, color: '--accent' },
              { share: bytes.activations / whole, color: '--control-line' },
              { share: bytes.other / whole, color: '--line-strong' },
            ])
          : html`<span class="s">&nbsp;</span>`
      }
    </div>`;
  }
}

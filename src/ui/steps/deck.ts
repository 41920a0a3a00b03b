/** The deck: Start, Pause, Go on, Stop; one bar and one estimate for all arms; the readings. Redrawn in its turn while a run ticks. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { WrittenSpec } from '../../worker/index';
import { LabElement } from '../element';
import { count, duration, fileSize, fixed, measured, memorySize, percent, plain, scientific } from '../format';
import { icon, type IconName } from '../parts/icons';
import { number } from '../parts/number';
import { progressText, stackedBar } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import type { ExperimentView } from '../state/experiment-view';
import { RunView } from '../state/run-view';
import { armName, runName } from '../wording/arms';
import { trainingsText } from '../wording/counts';
import { cutText } from '../wording/cut';
import { heldText } from '../wording/modes';
import { secondsText } from '../wording/experiment';
import { precisionText } from '../wording/precision';
import { memoryText } from '../wording/verdicts';
import { planFormula } from './fitting';

interface KeyParts {
  readonly icon: IconName;
  readonly off?: boolean;
  act(): void;
}

/** Before a speed can be told: what was planned, as far as it is not over. */
function unmeasured({ plannedSeconds, spent }: ExperimentView) {
  if (plannedSeconds === null) return nothing;
  const left = 1000 * plannedSeconds - spent;
  return left > 1000 ? msg(str`about ${duration(left)} planned`) : msg('longer than planned');
}

@customElement('tg-deck')
export class Deck extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  /** Asked to pause or stop, not answered yet. */
  @state() private asked: 'pause' | 'stop' | null = null;

  protected override labChanged(_topic: Topic): void {
    const view = this.lab.experiment;
    if (!view?.isActive || (this.asked === 'pause' && view.state === 'paused')) this.asked = null;
    this.requestUpdate();
  }

  override render() {
    const { experiment } = this.lab;
    // The readings are of what is under way, whichever run is looked at below.
    const current = experiment?.isActive && experiment.current;
    const run = (current && experiment.run(current)) || this.lab.run || (experiment?.isActive ? notYet : null);
    return html`<section
      class="panel"
      data-panel="deck"
      data-run=${experiment?.state ?? 'ready'}
      aria-label=${msg('Training')}
    >
      <div class="deck">
        <div class="keys">${this.keys(experiment)}</div>
        ${this.progress(experiment)}
        <div class="note saved">${this.doing(experiment)}</div>
      </div>
      ${run ? this.meters(run) : nothing} ${stepNote(run, experiment?.spec ?? this.lab.desk.spec)}
    </section>`;
  }

  private keys(view: ExperimentView | null) {
    const at = view?.state;
    const { engine } = this.lab.slots;
    const canStart =
      this.lab.desk.spec !== null &&
      this.lab.planFits !== false &&
      !(engine.status === 'ready' && !engine.value.available);
    return html`${
        at === 'running'
          ? this.key('pause', this.asked === 'pause' ? msg('Pausing') : msg('Pause'), {
              icon: 'pause',
              off: this.asked !== null || !view?.current,
              act: () => this.ask('pause'),
            })
          : at === 'paused'
            ? this.key('resume', msg('Go on'), { icon: 'play', act: () => void this.lab.lab.resume() })
            : this.lab.desk.isDone
              ? html`<a class="btn main wide" data-action="see-verdict" href="#compare"
                  >${icon('check')}${msg('See the verdict')}</a
                >`
              : this.key('start', this.lab.desk.goesOn ? msg('Go on') : msg('Start'), {
                  icon: 'play',
                  off: !canStart,
                  act: () => void this.lab.start(),
                })
      }<button
        type="button"
        class="btn"
        data-action="stop"
        ?disabled=${!view?.isActive || this.asked === 'stop'}
        @click=${() => this.ask('stop')}
      >
        ${icon('stop')}${msg('Stop')}
      </button>`;
  }

  private key(action: string, label: string, { icon: drawing, off = false, act }: KeyParts) {
    return html`<button type="button" class="btn main wide" data-action=${action} ?disabled=${off} @click=${act}>
      ${icon(drawing)}${label}
    </button>`;
  }

  private ask(what: 'pause' | 'stop') {
    this.asked = what;
    if (what === 'pause') void this.lab.lab.pause();
    else this.lab.cancel('run');
  }

  private progress(view: ExperimentView | null) {
    const share = view?.share ?? 0;
    const trainings = view?.trainings ?? [];
    const done = trainings.filter(({ state: at }) => at === 'finished').length;
    const lost = trainings.filter(({ state: at }) => at === 'diverged' || at === 'failed').length;
    const seeds = view?.spec.seeds.length ?? 1;
    return html`<div class="prog">
      <div class="top">
        <span
          >${
            view
              ? html`${msg(html`<b>${count(done)}</b> of ${trainingsText(view.trainingCount)} done`)}${
                  lost > 0 ? msg(str`, ${count(lost)} without a result`) : nothing
                }`
              : msg('Not started')
          }</span
        >
        <span data-time>${view ? this.time(view) : this.planned()}</span>
      </div>
      <div
        class="pbar"
        role="progressbar"
        aria-label=${msg('Training')}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(100 * share)}
      >
        <i style=${styleMap({ '--w': `${share * 100}%` })}></i>
        ${Array.from({ length: seeds - 1 }, (_, at) => html`<em style=${styleMap({ left: `${(100 * (at + 1)) / seeds}%` })}></em>`)}
      </div>
    </div>`;
  }

  private planned() {
    const { desk } = this.lab;
    const seconds = desk.plannedSeconds(desk.spec);
    return seconds === null ? nothing : secondsText(seconds);
  }

  private time(view: ExperimentView) {
    if (view.state === 'paused') return msg('paused');
    if (view.state === 'stopped') return msg('stopped');
    if (view.state === 'failed') return msg('failed');
    const { spent, share, left, startShare } = view;
    if (view.state === 'finished') return view.current ? msg(str`took ${duration(spent)}`) : msg('finished');
    if (left === null) return unmeasured(view);
    // Bytes are all read, but the last run is still being scored.
    if (left < 100) return msg('longer than estimated: the last of it is scored');
    return number(msg(str`about ${duration(left)} left`), () => ({
      name: msg('Time left'),
      formula: msg(str`${duration(spent)} × ${percent(1 - share, 0)} ÷ ${percent(share - startShare, 0)}`),
      meaning: msg('From the whole time so far: loading, training and scoring of all arms.'),
    }));
  }

  private doing(view: ExperimentView | null) {
    if (!view?.isActive) return view ? msg('Every finished run is kept in this browser.') : '';
    const { progress, current } = view;
    if (progress) return `${progress.arm ? `${armName(progress.arm)}: ` : ''}${progressText(progress)}`;
    return current ? runName(current) : '';
  }

  private meters(run: RunView) {
    const { status } = run;
    const latest = run.latestBitsPerByte;
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
              'The same first held-out documents for every arm, whatever its vocabulary; when an arm is trained, all of them are scored.',
            ),
          }))}</span
        >
        <span class="s">${msg('on the text it is watched by')}</span>
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
            meaning: msg('Over what may move, before clipping.'),
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
              { share: (bytes.other + (bytes.evaluation ?? 0)) / whole, color: '--line-strong' },
            ])
          : html`<span class="s">&nbsp;</span>`
      }
    </div>`;
  }
}

/** Readings keep their places before there are any. */
const notYet = new RunView({
  ...{ state: 'preparing', step: 0, steps: 0, tokensPerSecond: 0, bytesPerSecond: 0 },
  ...{ stepMilliseconds: 0, millisecondsLeft: 0 },
});

/** How weights are held, how steps are cut and what they multiply in, where that is not as they come. */
function stepNote(run: RunView | null, spec: WrittenSpec | null) {
  const { plan } = run?.status ?? {};
  const texts = [spec ? heldText(spec) : '', cutText(plan?.cut), precisionText(plan?.precision)];
  const notes = texts.filter((text) => text !== '');
  return notes.length > 0 ? html`<p class="note" data-note="step">${notes.join(' ')}</p>` : nothing;
}

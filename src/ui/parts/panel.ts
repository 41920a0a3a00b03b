/**
 * Panel, verdict, facts, status, alert, empty and loading states: the parts that hold no state, as template functions.
 * One panel level; a heading for every panel; errors stand next to their cause.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Progress } from '../../worker/index';
import { count, duration } from '../format';
import type { Failure } from '../state/slot';
import { failureWords } from '../wording/said';
import { failureTitle } from '../wording/failures';
import { phaseText } from '../wording/phases';
import { icon } from './icons';

export type Content = TemplateResult | string | typeof nothing;

/** Words with a hyphen stay on one line, so that a headline is not cut at it. */
const inOnePiece = (sentence: string) =>
  sentence
    .split(/([\p{L}\d]+(?:-[\p{L}\d]+)+)/u)
    .map((part, at) => (at % 2 === 0 ? part : html`<span class="unbroken">${part}</span>`));

/** @param changes it will be another while somebody reads on below: it has the room of the longest, so that nothing moves. */
export function verdict(
  sentence: Content,
  lede: Content,
  actions: Content = nothing,
  { changes = false } = {},
): TemplateResult {
  return html`<div class=${changes ? 'verdict changing' : 'verdict'}>
    <h1>${typeof sentence === 'string' ? inOnePiece(sentence) : sentence}</h1>
    <p class="lede">${lede}</p>
    ${actions === nothing ? nothing : html`<div class="do">${actions}</div>`}
  </div>`;
}

export interface PanelParts {
  readonly heading: Content;
  readonly note?: Content;
  readonly end?: Content;
  readonly body: Content;
  readonly footer?: Content;
  /** 'body' pads, 'flush' lets a table reach the edges, 'bare' adds nothing. */
  readonly fill?: 'body' | 'flush' | 'bare';
  readonly busy?: boolean;
  readonly name?: string;
}

export function panel({ heading, note, end, body, footer, fill = 'body', busy, name }: PanelParts): TemplateResult {
  return html`<section class="panel" data-panel=${name ?? nothing} aria-busy=${busy ? 'true' : nothing}>
    <header>
      <h2>${heading}</h2>
      ${note ? html`<span class="note">${note}</span>` : nothing}
      ${end ? html`<span class="end">${end}</span>` : nothing}
    </header>
    ${
      fill === 'bare'
        ? body
        : html`<div class=${classMap({ body: fill === 'body', flush: fill === 'flush', 'scroll-x': fill === 'flush' })}>
            ${body}
          </div>`
    }
    ${footer && footer !== nothing ? html`<footer>${footer}</footer>` : nothing}
  </section>`;
}

export type Fact = readonly [label: Content, value: Content];

export const facts = (rows: readonly Fact[]): TemplateResult =>
  html`<dl class="facts">
    ${rows.map(
      ([label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;

export type StatusKind = 'good' | 'warn' | 'bad' | 'info';

/** Shape and word; never colour alone. */
export const status = (kind: StatusKind, word: Content): TemplateResult =>
  html`<span class="st ${kind}">${word}</span>`;

export function alertBox(
  kind: 'warn' | 'bad',
  title: Content,
  text: Content,
  action: Content = nothing,
): TemplateResult {
  return html`<div class="alert ${kind}" role=${kind === 'bad' ? 'alert' : 'status'}>
    ${icon(kind === 'bad' ? 'cross' : 'warn')}
    <div><b>${title}</b> ${text}</div>
    ${action}
  </div>`;
}

/** What happened, why, what to do. */
export function failureAlert(failure: Failure, action: Content = nothing): TemplateResult {
  return alertBox('bad', failureTitle(failure), failureWords(failure), action);
}

/** What a failure to open another has left as it was. */
export const staysOpen = (name: string): TemplateResult =>
  html`<span class="note" data-stays>${msg(str`${name} stays open.`)}</span>`;

export const emptyState = (what: Content, note: Content, action: Content = nothing): TemplateResult =>
  html`<div class="empty">
    <p>${what}</p>
    <p class="note">${note}</p>
    ${action}
  </div>`;

/** "Measuring held-out text, 412 of 1,427"; never a spinner without a number once there is one. */
export function progressText(progress: Progress | undefined): string {
  if (!progress) return msg('Waiting for the lab');
  const phase = phaseText(progress.phase);
  if (progress.total <= 0) return phase;
  const done = msg(str`${phase}, ${count(progress.done)} of ${count(progress.total)}`);
  const { remainingMilliseconds: left } = progress;
  // Under a second it would flicker and be gone.
  return left === undefined || left < 1000 ? done : msg(str`${done}, about ${duration(left)} left`);
}

export function progressBar(progress: Progress | undefined, label: string): TemplateResult {
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
  return html`<div
    class="pbar"
    role="progressbar"
    aria-label=${label}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${Math.round(share * 100)}
  >
    <i style=${styleMap({ '--w': `${share * 100}%` })}></i>
  </div>`;
}

/** Rows of the final height while something is measured, with its count and a way out. */
export function loadingPanel(
  heading: Content,
  progress: Progress | undefined,
  rows: number,
  cancel?: () => void,
): TemplateResult {
  return panel({
    heading,
    busy: true,
    end: html`<span class="note" data-progress>${progressText(progress)}</span>${
        cancel ? html`<button type="button" class="btn small" @click=${cancel}>${msg('Cancel')}</button>` : nothing
      }`,
    body: html`<div class="skels">
      ${progressBar(progress, progressText(progress))}
      ${Array.from({ length: rows }, () => html`<div class="skel"></div>`)}
    </div>`,
  });
}

export interface Choice<T> {
  readonly value: T;
  readonly label: Content;
}

/** A segmented switch: one group, one pressed. */
export function segmented<T>(label: string, choices: readonly Choice<T>[], value: T, choose: (value: T) => void) {
  return html`<span class="seg" role="group" aria-label=${label}
    >${choices.map(
      (choice) =>
        html`<button type="button" aria-pressed=${choice.value === value} @click=${() => choose(choice.value)}>
          ${choice.label}
        </button>`,
    )}</span
  >`;
}

/** A bar in parts; the shares are of 1. */
export function stackedBar(label: string, parts: readonly { share: number; color: string }[]): TemplateResult {
  return html`<div class="gbar" role="img" aria-label=${label}>
    ${parts.map(
      ({ share, color }) =>
        html`<i
          style=${styleMap({ width: `${Math.max(0, Math.min(1, share)) * 100}%`, background: `var(${color})` })}
        ></i>`,
    )}
  </div>`;
}

/** Rows of the list of kept experiments: one, its seeds when it is open, and the line of one that was deleted. */
import { msg, str } from '@lit/localize';
import { html, svg, type TemplateResult } from 'lit';
import type { KeptExperiment } from '../../worker/index';
import { intervalAxis, rowPlot, type IntervalAxis, type IntervalRow } from '../charts/intervals-drawing';
import { ago, count, fileSize, fixed, plain, signed } from '../format';
import { icon } from '../parts/icons';
import { status } from '../parts/panel';
import { intervalRows } from '../steps/experiment-arms';
import { experimentName } from '../wording/corpus';
import { armName } from '../wording/arms';
import { armsText, seedsText } from '../wording/counts';
import { outcomeKind, outcomeName, scoreKind, scoreName } from '../wording/outcomes';
import { marginOf } from './overlay';

export const COLUMNS = 9;
const [WIDTH, HEIGHT] = [150, 22];

export interface RowActions {
  tick(id: string, isOn: boolean): void;
  toggle(id: string): void;
  open(kept: KeptExperiment): void;
  specification(kept: KeptExperiment): void;
  remove(id: string): void;
  undo(id: string): void;
}

export interface RowState {
  readonly isTicked: boolean;
  readonly isOpen: boolean;
  readonly axis: IntervalAxis;
}

/** The row that the verdict speaks of. */
const chosenRow = (kept: KeptExperiment): IntervalRow | undefined =>
  intervalRows(kept.report, kept.spec).find(({ key }) => key === kept.report.verdict?.arm);

/** One axis for the list, so that its rows can be read against each other; it holds the margin of each, which is shaded in its row. */
export function listAxis(all: readonly KeptExperiment[]): IntervalAxis {
  const margins = all.map(({ report }) => marginOf(report) ?? 0);
  return intervalAxis(
    all.flatMap((kept) => chosenRow(kept) ?? []),
    Math.max(0, ...margins),
  );
}

export const headings = (): TemplateResult =>
  html`<tr>
    <th scope="col"><span class="sr">${msg('Overlay')}</span></th>
    <th scope="col">${msg('Name')}</th>
    <th scope="col">${msg('Outcome')}</th>
    <th scope="col">${msg('Difference to the control')}</th>
    <th scope="col">${msg('Prediction')}</th>
    <th scope="col" class="r">${msg('Text')}</th>
    <th scope="col" class="r">${msg('When')}</th>
    <th scope="col" class="r">${msg('Size')}</th>
    <th scope="col"><span class="sr">${msg('Keys')}</span></th>
  </tr>`;

export function experimentRow(kept: KeptExperiment, { isTicked, isOpen, axis }: RowState, act: RowActions) {
  const { id, spec, report } = kept;
  const name = experimentName(spec);
  const budget = spec.budget.bytes === undefined ? '–' : plain(fileSize(spec.budget.bytes));
  return html`<tr class=${isTicked ? 'sel' : ''} data-experiment=${id}>
    <td class="pick-cell">
      <input
        type="checkbox"
        class="check"
        .checked=${isTicked}
        aria-label=${msg(str`Overlay ${name}`)}
        @change=${(event: Event) => act.tick(id, (event.target as HTMLInputElement).checked)}
      />
    </td>
    <td class="name">
      <button type="button" class="row-name" aria-expanded=${isOpen ? 'true' : 'false'} @click=${() => act.toggle(id)}>
        <b>${name}</b>
      </button>
      <span class="note">${extent(kept)}</span>
    </td>
    <td class="wide" data-label=${msg('Outcome')}>${status(outcomeKind(report), outcomeName(report))}</td>
    <td class="wide" data-label=${msg('Difference to the control')}>${differencePlot(kept, axis)}</td>
    <td data-label=${msg('Prediction')}>
      ${
        report.prediction
          ? status(scoreKind(report.prediction.score), scoreName(report.prediction.score))
          : html`<span class="note">–</span>`
      }
    </td>
    <td class="num" data-label=${msg('Text')}>${budget}</td>
    <td class="num" data-label=${msg('When')}>${kept.isRunning ? msg('running') : ago(kept.savedAt)}</td>
    <td class="num" data-label=${msg('Size')}>${plain(fileSize(kept.bytes))}</td>
    <td class="acts">
      <a class="icon-btn" href="#report?id=${id}" aria-label=${msg(str`Report of ${name}`)} title=${msg('Report')}
        >${icon('file')}</a
      ><button
        type="button"
        class="icon-btn"
        data-action="delete"
        ?disabled=${kept.isRunning}
        aria-label=${msg(str`Delete ${name}`)}
        title=${kept.isRunning ? msg('It is running: stop it first') : msg('Delete')}
        @click=${() => act.remove(id)}
      >
        ${icon('bin')}
      </button>
    </td>
  </tr>`;
}

/** "4 arms, 3 seeds", and how many of its trainings are done while not all are. */
function extent({ spec, report }: KeptExperiment): string {
  const size = `${armsText(Object.keys(spec.arms).length)}, ${seedsText(spec.seeds.length)}`;
  if (report.unfinished.length === 0) return size;
  const [done, all] = [report.arms.length, report.arms.length + report.unfinished.length];
  return msg(str`${size}; ${count(done)} of ${count(all)} runs done`);
}

function differencePlot(kept: KeptExperiment, axis: IntervalAxis) {
  const row = chosenRow(kept);
  if (!row || row.difference === null) return html`<span class="note">–</span>`;
  const { difference, interval } = row;
  const words = interval
    ? msg(str`${signed(difference, 2)}, ${signed(interval[0], 2)} to ${signed(interval[1], 2)}`)
    : signed(difference, 2);
  return html`<span class="row-plot chart"
    ><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width=${WIDTH} height=${HEIGHT} role="img" aria-label=${words}>
      ${svg`${rowPlot(row, { ...axis, margin: interval ? marginOf(kept.report) : null }, WIDTH, HEIGHT)}`}</svg
    ><span class="num">${signed(difference, 2)}</span></span
  >`;
}

/** What each seed of each arm ended at, and the keys that go on with it. */
export function openRows(kept: KeptExperiment, act: RowActions): TemplateResult {
  const { spec, report } = kept;
  const bits = (arm: string, seed: number) => report.arms.find((each) => each.arm === arm && each.seed === seed);
  const trained = Object.keys(spec.arms).filter((arm) => (spec.arms[arm]!.stages?.length ?? 0) > 0);
  return html`${spec.seeds.map(
      (seed) =>
        html`<tr class="kid">
          <td></td>
          <td class="name">${msg(str`seed ${seed}`)}</td>
          <td colspan=${COLUMNS - 2} class="wide note">
            ${trained.map((arm, at) => {
              const value = bits(arm, seed)?.heldOut.bitsPerByte;
              return html`${at > 0 ? ' · ' : ''}${armName(arm)}
                <b>${value === null || value === undefined ? '–' : fixed(value, 2)}</b>`;
            })}
          </td>
        </tr>`,
    )}
    <tr class="kid">
      <td></td>
      <td colspan=${COLUMNS - 1} class="name">
        <span class="row-keys">
          <button type="button" class="btn small" data-action="open" @click=${() => act.open(kept)}>
            ${report.unfinished.length > 0 && kept.canGoOn ? msg('Go on with it') : msg('Open it')}
          </button>
          <button type="button" class="btn small" data-action="spec" @click=${() => act.specification(kept)}>
            ${msg('Specification')}
          </button>
          <a class="btn small" href="#report?id=${kept.id}">${msg('Report')}</a>
        </span>
      </td>
    </tr>`;
}

export const deletedRow = (kept: KeptExperiment, act: RowActions): TemplateResult =>
  html`<tr class="kid" data-deleted=${kept.id}>
    <td></td>
    <td colspan=${COLUMNS - 1} class="name">
      <span class="row-keys">
        <span class="note" role="status"
          >${msg(
            str`“${experimentName(kept.spec)}” deleted, ${plain(fileSize(kept.bytes))}. It can come back until you leave this page.`,
          )}</span
        >
        <button type="button" class="btn small" data-action="undo" @click=${() => act.undo(kept.id)}>
          ${msg('Undo')}
        </button>
      </span>
    </td>
  </tr>`;

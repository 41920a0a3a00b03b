/** Report: one experiment on sheets of paper; prints on A4, in the light theme, and is saved as HTML or as Markdown with figures. */
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { version } from '../../../package.json';
import type { FieldReport, KeptExperiment, KeptRun } from '../../worker/index';
import { download, svgText, type Savable } from '../charts/chart-saving';
import { fileStem } from '../charts/csv';
import '../charts/curves';
import '../charts/intervals';
import '../styles/field.css';
import { LabElement } from '../element';
import { drawing } from '../parts/drawing';
import { icon } from '../parts/icons';
import { failureAlert, loadingPanel, verdict } from '../parts/panel';
import { themeChanged } from '../parts/roles';
import { locale } from '../localization';
import { browserName } from '../report/browser';
import { reportDocument, type FigureName, type ReportBlock, type ReportDocument } from '../report/report-document';
import { reportHtml, type Figures } from '../report/report-html';
import type { DrawnSamples } from '../report/report-field';
import { figureFile, pictureFiles, reportMarkdown } from '../report/report-markdown';
import { keptAsView } from '../state/kept-as-view';
import { parameterOf } from '../state/route';
import { specText } from '../state/spec-link';
import { curveArms, intervalRows } from '../steps/experiment-arms';
import { experimentName } from '../wording/corpus';
import { shownSamples } from '../wording/field';
import { marginOf } from './overlay';

const FIGURE_WIDTH = 820;

@customElement('tg-page-report')
export class ReportPage extends LabElement {
  @state() private asked = parameterOf(location.hash, 'id');
  @state() private failed = false;
  private themeBefore: string | undefined;
  /** Of reports with samples: pictures, once they are drawn. */
  private readonly drawn = new Map<FieldReport, DrawnSamples>();

  override connectedCallback(): void {
    super.connectedCallback();
    this.asked = parameterOf(location.hash, 'id');
    addEventListener('hashchange', this.moved);
    addEventListener('beforeprint', this.lighten);
    addEventListener('afterprint', this.darkenAgain);
  }

  override disconnectedCallback(): void {
    removeEventListener('hashchange', this.moved);
    removeEventListener('beforeprint', this.lighten);
    removeEventListener('afterprint', this.darkenAgain);
    super.disconnectedCallback();
  }

  private readonly moved = () => (this.asked = parameterOf(location.hash, 'id'));

  private readonly lighten = () => {
    this.themeBefore = document.documentElement.dataset['theme'];
    document.documentElement.dataset['theme'] = 'light';
    themeChanged();
  };

  private readonly darkenAgain = () => {
    if (this.themeBefore === undefined) delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.themeBefore;
    themeChanged();
  };

  /** The one that the address names, else the one that ran or was opened last. */
  private get shown(): KeptExperiment | undefined {
    const { kept, experiment } = this.lab;
    return kept.one(this.asked) ?? kept.one(experiment?.id ?? null) ?? kept.present[0];
  }

  private documentOf(kept: KeptExperiment, runs: readonly KeptRun[]): ReportDocument {
    return reportDocument(kept, runs, {
      language: locale(),
      version,
      browser: browserName(navigator.userAgent),
      processors: navigator.hardwareConcurrency ?? 0,
      score: this.lab.kept.score,
      drawn: this.drawnOf(kept.report.field),
    });
  }

  /** Asked for once; shown when they come. Without them the report has its samples as text. */
  private drawnOf(field: FieldReport | null): DrawnSamples {
    if (!field) return [];
    const known = this.drawn.get(field);
    if (known) return known;
    this.drawn.set(field, []);
    const ofArm = async ({ samples }: FieldReport['arms'][number]) =>
      (await this.lab.lab.readSamples(samples.slice(0, shownSamples), field.notation)) ?? [];
    void Promise.all(field.arms.map(ofArm)).then(
      (all) => {
        this.drawn.set(
          field,
          all.map((read) => read.map(({ drawing: each }) => each)),
        );
        this.requestUpdate();
      },
      () => undefined,
    );
    return [];
  }

  override render() {
    const { list } = this.lab.kept;
    const kept = this.shown;
    if (list.status === 'failed') return html`<section class="page">${failureAlert(list.error)}</section>`;
    if (list.status !== 'ready')
      return html`<section class="page">${loadingPanel(msg('Report'), undefined, 6)}</section>`;
    if (!kept) {
      return html`<section class="page">
        ${verdict(
          msg('Nothing to report yet.'),
          msg('A report is written from an experiment. Start one, and its report stands here.'),
          html`<a class="btn main" href="#train">${msg('New experiment')}</a>`,
        )}
      </section>`;
    }
    const runs = this.lab.kept.runsOf(kept.id);
    const report = this.documentOf(kept, runs ?? []);
    return html`<section class="page report" aria-busy=${runs ? 'false' : 'true'}>
      ${this.keys(kept, runs, report)}
      ${report.sheets.map(
        (blocks, at) =>
          html`<article class="sheet">
            <div class="meta">
              <span>${msg('Tokengraft report')}</span><span>${at === 0 ? report.made : report.question}</span
              ><span>${at + 1} / ${report.sheets.length}</span>
            </div>
            ${
              at === 0
                ? html`<div>
                      <p class="note">${report.question}</p>
                      <h1>${report.headline}</h1>
                    </div>
                    <p class="lead">${report.lede}</p>`
                : nothing
            }
            ${blocks.map((block) => this.block(block, kept, runs ?? []))}
          </article>`,
      )}
    </section>`;
  }

  private keys(kept: KeptExperiment, runs: readonly KeptRun[] | undefined, report: ReportDocument) {
    const all = this.lab.kept.present;
    return html`<div class="report-keys">
      <a class="btn" href="#runs">${msg('Back to Runs')}</a>
      ${
        all.length > 1
          ? html`<label class="field"
              ><select aria-label=${msg('Experiment')} @change=${this.choose}>
                ${all.map((one) => html`<option value=${one.id} ?selected=${one.id === kept.id}>${experimentName(one.spec)}</option>`)}
              </select></label
            >`
          : nothing
      }
      <span class="note" role="status">${this.failed ? msg('Could not be saved') : ''}</span>
      <span class="do">
        <button
          type="button"
          class="btn"
          data-save="html"
          ?disabled=${!runs}
          @click=${() => this.save(() => this.asHtml(report))}
        >
          ${icon('down')}HTML
        </button>
        <button
          type="button"
          class="btn"
          data-save="markdown"
          ?disabled=${!runs}
          @click=${() => this.save(() => this.asMarkdown(kept, report))}
        >
          ${icon('down')}Markdown
        </button>
        <button type="button" class="btn main" ?disabled=${!runs} @click=${() => print()}>
          ${icon('print')}${msg('Print')}
        </button>
      </span>
    </div>`;
  }

  private readonly choose = (event: Event) => {
    location.hash = `report?id=${encodeURIComponent((event.target as HTMLSelectElement).value)}`;
  };

  private block(block: ReportBlock, kept: KeptExperiment, runs: readonly KeptRun[]): TemplateResult {
    switch (block.kind) {
      case 'heading':
        return html`<h2>${block.text}</h2>`;
      case 'text':
        return html`<p class="note">${block.text}</p>`;
      case 'figure':
        return html`<figure data-report-figure=${block.name}>
          <h2>${block.title}</h2>
          ${this.figure(block.name, kept, runs)}
          <figcaption>${block.caption}</figcaption>
        </figure>`;
      case 'pictures':
        return html`<div class="pictures">
          ${block.pictures.map(
            ({ text, caption, drawing: each }) =>
              html`<figure>
                ${drawing(each, text)}
                <figcaption>${caption}</figcaption>
              </figure>`,
          )}
        </div>`;
      case 'table':
        return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${msg('Arms')}>
          <table>
            <thead>
              <tr>
                ${block.columns.map((name, at) => html`<th scope="col" class=${at > 0 ? 'r' : ''}>${name}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${block.rows.map(
                (row) =>
                  html`<tr>
                    ${row.map((cell, at) => html`<td class=${at > 0 ? 'num' : ''}>${cell}</td>`)}
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`;
      case 'facts':
      case 'terms':
        return html`<dl class=${block.kind}>
          ${block.rows.map(
            ([name, value]) =>
              html`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>`;
      case 'code':
        return html`<pre tabindex="0">${block.text}</pre>`;
      case 'list':
        return html`<ul>
          ${block.items.map((item) => html`<li>${item}</li>`)}
        </ul>`;
    }
  }

  private figure(name: FigureName, kept: KeptExperiment, runs: readonly KeptRun[]) {
    return name === 'curves'
      ? html`<tg-curves .arms=${curveArms(keptAsView(kept, runs))} .budget=${kept.spec.budget.bytes ?? 0}></tg-curves>`
      : html`<tg-intervals
          .rows=${intervalRows(kept.report, kept.spec)}
          .margin=${marginOf(kept.report)}
          .chosen=${kept.report.verdict?.arm ?? ''}
        ></tg-intervals>`;
  }

  private async save(make: () => Promise<File>): Promise<void> {
    this.failed = false;
    try {
      download(await make());
    } catch (error) {
      console.error(error);
      this.failed = true;
    }
  }

  /** As they are on paper: light. Styles are read in one go, so that the page is never seen in the other theme. */
  private figures(): Figures {
    this.lighten();
    try {
      return Object.fromEntries(
        [...this.querySelectorAll<HTMLElement>('[data-report-figure]')].map((figure) => [
          figure.dataset['reportFigure']!,
          svgText('', figure.querySelector<Savable>('[data-figure]')!.figure(FIGURE_WIDTH)),
        ]),
      );
    } finally {
      this.darkenAgain();
    }
  }

  private async asHtml(report: ReportDocument): Promise<File> {
    return new File([reportHtml(report, this.figures())], `${fileStem(report.question)}.html`, { type: 'text/html' });
  }

  private async asMarkdown(kept: KeptExperiment, report: ReportDocument): Promise<File> {
    const figures = Object.entries(this.figures()).map(([name, text]) => ({
      name: figureFile(name as FigureName),
      input: text,
    }));
    const { downloadZip } = await import('client-zip');
    const files = [
      { name: 'report.md', input: reportMarkdown(report) },
      ...pictureFiles(report),
      { name: 'experiment.json', input: `${specText(kept.spec)}\n` },
      ...figures,
    ];
    return new File([await downloadZip(files).blob()], `${fileStem(report.question)}-report.zip`, {
      type: 'application/zip',
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-page-report': ReportPage;
  }
}
